#include <algorithm>

#include "commands/verbs/door.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "commands/verbs/schema_preview.h"
#include "commands/verbs/undoing.h"
#include "engine/rollback/aftermath.h"
#include "engine/rollback/rollback.h"
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
    undoing.check = [&](engine::WritingRun& run) { aftermath = engine::rollback::aftermath(run.connection().session(), run.reader(), conversion); };
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

int schema(Door& door, const Rollback& options) {
  const auto folders = door.migrations();
  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  const auto steps = engine::schema::plan_revert(*session, folders, journal.get(), options.to);
  Json names = Json::array();
  if (options.dry_run) {
    print_schema_preview(door, *session, journal.get(), steps, options.to);
    if (!door.globals.json && drops_target(journal.get(), steps, door.conversion().tables().target)) {
      line("rows that the conversion made in " + door.conversion().tables().target + " are undone as rows first; deploy brings them back, ids and all");
    }
    return 0;
  }
  // Also with nothing to undo: a start settles what a crash left in doubt.
  if (!steps.empty() && !ask("Undo " + amount(steps.size(), "migration") + " in " + door.connection().display + ", down to " + options.to + "?", door.globals.yes || options.sure, "undoing migrations")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("rollback", "--to " + options.to, false);
  engine::schema::RevertReport report;
  engine::rollback::RollbackResult undone;
  door.during(*run, [&] {
    // Rows of ours in what goes are undone as rows, so that the journal says so; deploy brings them back with the schema.
    const auto& conversion = door.conversion();
    if (drops_target(&run->reader(), steps, conversion.tables().target) && run->connection().session().schema_of(conversion.tables().target)) {
      const engine::rollback::RollbackOptions rollback;  // all of them
      undone = engine::rollback::rollback(door.environment(), *run, conversion, rollback);
      if (undone.stopped || !undone.left.empty()) return;
    }
    report = engine::schema::revert_to(door.environment(), *run, folders, options.to, schema_limits(door));
  });
  const bool stopped = report.stopped || undone.stopped || !undone.left.empty();
  const auto code = stopped ? ExitCode::paused : report.conflicts > 0 || !undone.conflicts.empty() ? ExitCode::conflicts : ExitCode::done;
  run->finish(code, stopped ? "paused" : "done");
  if (door.globals.json) {
    for (const auto& name : report.reverted) names.push(name);
    Json archived = Json::array();
    for (const auto& kept : report.archived) archived.push(Json::object({{"migration", kept.migration}, {"object", kept.what.object}, {"rows", kept.what.rows}}));
    print(Json::object({{"state", stopped ? "paused" : "done"}, {"migrations", names}, {"subjects", undone.subjects}, {"rows", undone.rows},
                        {"conflicts", conflicts_json(undone.conflicts)}, {"archived", archived}, {"restored", report.restored}}));
  } else {
    if (report.reverted.empty()) line("nothing to undo after " + printable(options.to));
    for (const auto& name : report.reverted) {
      line("✔ Undone migration: " + printable(name));
      for (const auto& kept : report.archived) {
        if (kept.migration == name) line("  archived  " + amount(kept.what.rows, "row") + " of " + printable(kept.what.object));
      }
    }
    if (undone.rows > 0) line("  undone    " + amount(undone.rows, "converted row") + " of " + amount(undone.subjects, door.conversion().tables().subject.c_str()) + ": they come back with the schema");
    if (report.restored > 0) line("  back      " + amount(report.restored, "row") + " that a migration had dropped");
    print_end(undone, door.conversion().tables().subject);
  }
  return static_cast<int>(code);
}

}  // namespace

int run(Door& door, const Rollback& options) { return options.to.empty() ? rows(door, options) : schema(door, options); }

}  // namespace tidemark::commands
