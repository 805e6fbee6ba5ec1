#include <algorithm>

#include "commands/verbs/data_steps.h"
#include "commands/verbs/door.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "commands/verbs/schema_preview.h"
#include "commands/verbs/undoing.h"
#include "engine/rollback/aftermath.h"
#include "engine/rollback/rollback.h"
#include "engine/schema/name_order.h"
#include "engine/schema/prisma_history.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/revert.h"
#include "engine/schema/scan.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;

int rows(Door& door, const Rollback& options) {
  const auto& conversion = door.conversion();
  engine::rollback::RollbackOptions rollback;
  rollback.on_conflict = static_cast<engine::rollback::OnConflict>(options.on_conflict);
  rollback.cascade = options.cascade;
  std::optional<engine::rollback::Aftermath> aftermath;
  Undoing undoing{
      .verb = "rollback",
      .would = "undo",
      .question = "Undo",
      .doing = "rolling back",
      .done = "undone",
      .no_journal = "there is no journal of this target: nothing here was written by this program",
      .nothing = "nothing to do, no rows of ours are in this scope",
      .untouched = "had no rows of ours",
      .look =
          [&](Preview& preview, engine::Session& session, const journal::Reader& journal, const engine::rollback::RollbackOptions& asked) {
            const auto shapes = journal.tables();
            preview.result = engine::rollback::preview(session, journal, conversion, asked, [&](const engine::rollback::SubjectPlan& plan) {
              preview.add_profile(plan.subject, plan.rows.size());
              for (const auto& row : plan.rows) {
                if (preview.wants_rows() && clear(row)) preview.rows.push_back(row_text(conversion, shapes, row));
              }
            });
          },
      .act = [&](engine::WritingRun& run, const engine::rollback::RollbackOptions& asked) { return engine::rollback::rollback(door.environment(), run, conversion, asked); },
      .sure = options.sure,
  };
  if (options.all) {
    undoing.check = [&](engine::Session& session, const journal::Reader& journal) { aftermath = engine::rollback::aftermath(session, journal, conversion); };
    undoing.add_json = [&](Json& json) {
      json.set("check", Json::object({{"own_rows", aftermath->own_rows}, {"users_rows", aftermath->users_rows}, {"sources", aftermath->sources}}));
    };
    undoing.print_rest = [&] {
      const auto number = [](std::uint64_t n) { return grouped(static_cast<std::int64_t>(n)); };
      line("  check     our rows " + number(aftermath->own_rows) + ", users' own " + number(aftermath->users_rows) + " left, sources " + number(aftermath->sources));
    };
  }
  return undo(door, options, options.dry_run, std::move(rollback), undoing);
}

/// Would one of the steps drop the conversion's table, or a column of it?
bool drops_target(const journal::Reader* journal, const std::vector<engine::schema::RevertStep>& steps, const std::string& table) {
  if (!journal) return false;
  const engine::schema::RecordedStates states(*journal);
  for (const auto& step : steps) {
    const auto before = states.find(step.before), after = states.find(step.after);
    if (!before || !after) {  // applied by others, or before states were recorded: the script's text tells
      if (engine::schema::drops_from(step.script, table)) return true;
      continue;
    }
    for (const auto& difference : engine::schema::differences(*before, *after)) {
      const auto& [kind, identity] = difference.key;
      if (difference.before || (kind != "table" && kind != "column")) continue;
      const auto dot = identity.find('.');
      const auto rest = identity.substr(dot + 1);
      if (rest == table || rest.starts_with(table + ".")) return true;
    }
  }
  return false;
}

/// Where the schema goes, and the data steps that stand behind it; newest first.
struct WayDown {
  std::string to;                ///< a migration, or start
  std::vector<DataStep> undone;  ///< with rows of ours
  bool placed = false;           ///< the conversion that is meant is a data step itself
};

/// @param to  a migration, start, or a data step: it stays, what came after it goes
WayDown way_down(Door& door, engine::Session& session, const journal::Reader* journal, const std::string& to) {
  const auto before = engine::schema::name_order();
  auto steps = data_steps(door);
  WayDown way{to, {}, std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.name == door.conversion().name(); })};
  if (std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.name == to; })) {
    way.to = "start";
    const auto history = engine::schema::read_history(session);
    for (const auto& row : history.rows) {
      if (row.applied() && before(row.name, to)) way.to = row.name;
    }
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if ((to == "start" || before(to, step->name)) && journal && count_of(journal->counters(step->name), "converted") > 0) way.undone.push_back(*step);
  }
  return way;
}

/// What was undone, all conversions together.
struct Undone {
  engine::rollback::RollbackResult all;
  std::vector<std::string> steps;                           ///< data steps
  std::vector<std::pair<std::string, std::uint64_t>> rows;  ///< of so many subjects
  bool open() const { return all.stopped || !all.left.empty(); }

  void undo(Door& door, engine::WritingRun& run, const engine::conversion::Conversion& conversion) {
    auto more = engine::rollback::rollback(door.environment(), run, conversion, {});  // all of them
    run.journal().flush();
    if (more.rows > 0) rows.push_back({amount(more.subjects, conversion.tables().subject.c_str()), more.rows});
    all.subjects += more.subjects;
    all.rows += more.rows;
    all.stopped = more.stopped;
    all.left = std::move(more.left);
    all.conflicts.insert(all.conflicts.end(), more.conflicts.begin(), more.conflicts.end());
  }
};

int schema(Door& door, const Rollback& options) {
  const auto folders = door.migrations();
  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  const auto way = way_down(door, *session, journal.get(), options.to);
  const auto steps = engine::schema::plan_revert(*session, folders, journal.get(), way.to);
  const auto& unplaced = door.conversion();
  Json names = Json::array();
  if (options.dry_run) {
    std::vector<std::string> data;
    for (const auto& step : way.undone) data.push_back(step.name);
    print_schema_preview(door, *session, journal.get(), steps, way.to, data);
    if (!door.globals.json) {
      for (const auto& step : way.undone) {
        line("[DRY RUN] would undo the data step " + printable(step.name) + ", when those behind it are undone: " +
             amount(static_cast<std::uint64_t>(count_of(journal->counters(step.name), "converted")), step.conversion->tables().subject.c_str()) + "; deploy brings its rows back");
      }
      if (!way.placed && drops_target(journal.get(), steps, unplaced.tables().target)) {
        line("rows that the conversion made in " + unplaced.tables().target + " are undone as rows first; deploy brings them back, ids and all");
      }
    }
    return 0;
  }
  // Also with nothing to undo: a start settles what a crash left in doubt.
  const auto what = (steps.empty() ? "" : amount(steps.size(), "migration")) + (way.undone.empty() ? "" : std::string(steps.empty() ? "" : " and ") + amount(way.undone.size(), "data step"));
  if (!what.empty() && !ask("Undo " + what + " in " + door.connection().display + ", down to " + options.to + "?", door.globals.yes || options.sure, "undoing migrations")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("rollback", "--to " + options.to, false);
  engine::schema::RevertReport report;
  Undone undone;
  const auto revert = [&](const std::string& to) {
    auto more = engine::schema::revert_to(door.environment(), *run, folders, to, schema_limits(door));
    report.reverted.insert(report.reverted.end(), more.reverted.begin(), more.reverted.end());
    report.archived.insert(report.archived.end(), more.archived.begin(), more.archived.end());
    report.restored += more.restored;
    report.conflicts += more.conflicts;
    report.stopped = more.stopped;
  };
  door.during(*run, [&] {
    // Rows of ours in what goes are undone as rows, so that the journal says so; deploy brings them back with the schema.
    if (!way.placed && drops_target(&run->reader(), steps, unplaced.tables().target) && run->connection().session().schema_of(unplaced.tables().target)) undone.undo(door, *run, unplaced);
    const auto before = engine::schema::name_order();
    for (const auto& step : way.undone) {
      if (undone.open() || report.stopped) return;
      // A data step's rows are undone in the schema that they were made in: what stands behind it goes first.
      const auto first = std::find_if(steps.begin(), steps.end(), [&](const auto& one) { return before(one.name, step.name); });
      if (first != steps.begin()) revert(first == steps.end() ? way.to : first->name);
      if (report.stopped) return;
      undone.undo(door, *run, *step.conversion);
      undone.steps.push_back(step.name);
    }
    if (undone.open()) return;
    if (!steps.empty() || way.undone.empty()) revert(way.to);
  });
  const auto& all = undone.all;
  const bool stopped = report.stopped || undone.open();
  const auto code = stopped ? ExitCode::paused : report.conflicts > 0 || !all.conflicts.empty() ? ExitCode::conflicts : ExitCode::done;
  run->finish(code, stopped ? "paused" : "done");
  if (door.globals.json) {
    for (const auto& name : report.reverted) names.push(name);
    Json archived = Json::array(), data = Json::array();
    for (const auto& kept : report.archived) archived.push(Json::object({{"migration", kept.migration}, {"object", kept.what.object}, {"rows", kept.what.rows}}));
    for (const auto& name : undone.steps) data.push(name);
    print(Json::object({{"state", stopped ? "paused" : "done"}, {"migrations", names}, {"data_steps", data}, {"subjects", all.subjects}, {"rows", all.rows},
                        {"conflicts", conflicts_json(all.conflicts)}, {"archived", archived}, {"restored", report.restored}}));
  } else {
    if (report.reverted.empty() && undone.steps.empty()) line("nothing to undo after " + printable(options.to));
    for (const auto& name : undone.steps) line("✔ Undone data step: " + printable(name));
    for (const auto& name : report.reverted) {
      line("✔ Undone migration: " + printable(name));
      for (const auto& kept : report.archived) {
        if (kept.migration == name) line("  archived  " + amount(kept.what.rows, "row") + " of " + printable(kept.what.object));
      }
    }
    for (const auto& [subjects, rows] : undone.rows) line("  undone    " + amount(rows, "converted row") + " of " + subjects + ": they come back with the schema");
    if (report.restored > 0) line("  back      " + amount(report.restored, "row") + " that a migration had dropped");
    print_end(all, door.conversion().tables().subject);
  }
  return static_cast<int>(code);
}

}  // namespace

int run(Door& door, const Rollback& options) { return options.to.empty() ? rows(door, options) : schema(door, options); }

}  // namespace tidemark::commands
