#include <algorithm>

#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/conversion/binding.h"
#include "engine/rollback/aftermath.h"
#include "engine/rollback/estimate.h"
#include "engine/rollback/rollback.h"
#include "engine/schema/revert.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;

Preview preview_of(Door& door, engine::Session& session, const journal::Reader& journal, const engine::rollback::RollbackOptions& rollback) {
  const auto& conversion = door.conversion();
  const auto tables = journal.tables();
  Preview preview;
  preview.result = engine::rollback::preview(session, journal, conversion, rollback, [&](const engine::rollback::SubjectPlan& plan) {
    if (preview.profiles.size() < Preview::kShown) preview.profiles.push_back(printable(plan.subject) + ": " + amount(plan.rows.size(), "row"));
    for (const auto& row : plan.rows) {
      if (preview.rows.size() == Preview::kShown) break;
      if (row.found == engine::rollback::Found::same) preview.rows.push_back(printable(conversion.describe(engine::conversion::in_sent_order(conversion, tables.at(row.ours.table), row.ours.row))));
    }
  });
  preview.seconds = engine::rollback::estimated_seconds(journal, conversion.name(), "rollback", preview.result.rows);
  return preview;
}

int rows(Door& door, const Rollback& options) {
  const auto& conversion = door.conversion();
  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  if (!journal) {
    throw Failure(ExitCode::failed, "rolling back", door.connection().display, "there is no journal of this target: nothing here was written by this program", "Nothing was written.",
                  "name the journal with --journal FILE");
  }
  engine::rollback::RollbackOptions rollback;
  rollback.scope = scope_of(door, *session, *journal, options);
  rollback.on_conflict = static_cast<engine::rollback::OnConflict>(options.on_conflict);
  const auto preview = preview_of(door, *session, *journal, rollback);
  const auto& expected = preview.result;
  if (options.dry_run) {
    if (door.globals.json) {
      print(Json::object({{"state", "dry_run"}, {"subjects", expected.subjects}, {"rows", expected.rows}, {"conflicts", conflicts_json(expected.conflicts)},
                          {"edited_sources", expected.edited_sources}}));
    } else {
      line("[DRY RUN] would undo " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " (" + conversion.name() + "); nothing was written");
      print_preview(preview);
    }
    return 0;
  }
  // Also with nothing to undo a run is begun: it settles what an earlier one left in doubt.
  if (!preview.empty()) {
    if (!door.globals.json) {
      line("would undo " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " (" + conversion.name() + "):");
      print_preview(preview);
    }
    const std::string question = "Undo " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " in " + door.connection().display + " (" +
                                 amount(expected.conflicts.size(), "conflict") + ")?";
    if (!ask(question, door.globals.yes || options.sure, "rolling back " + amount(expected.subjects, "profile"))) {
      line("nothing was done");
      return static_cast<int>(ExitCode::failed);
    }
  }
  auto run = door.begin("rollback", arguments_of(options, rollback.scope), false);
  door.console().begin("rollback", expected.subjects, 0);
  engine::rollback::RollbackResult result;
  door.during(*run, [&] { result = engine::rollback::rollback(door.environment(), *run, conversion, rollback); });
  // 4 says that something is left: what was forced is not, nor what users had deleted before.
  const bool forced = options.on_conflict == OnConflict::force;
  const bool kept = std::any_of(result.conflicts.begin(), result.conflicts.end(), [&](const auto& c) { return !forced || c.kind == "restricted"; });
  const ExitCode code = result.stopped || !result.left.empty() ? ExitCode::paused : kept ? ExitCode::conflicts : ExitCode::done;
  const std::string state = code == ExitCode::paused ? "paused" : "done";
  std::optional<engine::rollback::Aftermath> aftermath;
  if (options.all) aftermath = engine::rollback::aftermath(run->connection().session(), run->reader(), conversion);
  run->finish(code, state);
  if (door.globals.json) {
    Json json = Json::object({{"state", state}, {"subjects", result.subjects}, {"rows", result.rows}, {"conflicts", conflicts_json(result.conflicts)},
                              {"untouched", result.untouched}, {"left", static_cast<std::uint64_t>(result.left.size())}});
    if (aftermath) json.set("check", Json::object({{"own_rows", aftermath->own_rows}, {"users_rows", aftermath->users_rows}, {"sources", aftermath->sources}}));
    print(json);
    return static_cast<int>(code);
  }
  if (preview.empty() && result.subjects == 0 && result.conflicts.empty() && code == ExitCode::done) {
    line("rollback: nothing to do, no rows of ours are in this scope");
  } else {
    line("rollback: " + state + ", " + amount(result.rows, "row") + " of " + amount(result.subjects, "profile") + " undone, " + amount(result.conflicts.size(), "conflict"));
  }
  print_rest(result);
  if (result.untouched > 0) line("  nothing   " + amount(result.untouched, "profile") + " had no rows of ours");
  if (aftermath) {
    line("  check     our rows " + grouped(static_cast<std::int64_t>(aftermath->own_rows)) + ", users' own " + grouped(static_cast<std::int64_t>(aftermath->users_rows)) + " left, sources " +
         grouped(static_cast<std::int64_t>(aftermath->sources)));
  }
  return static_cast<int>(code);
}

int schema(Door& door, const Rollback& options) {
  const auto folders = door.migrations();
  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  const auto steps = engine::schema::plan_revert(*session, folders, journal.get(), options.to);
  Json names = Json::array();
  if (options.dry_run) {
    for (const auto& step : steps) names.push(step.name);
    if (door.globals.json) {
      print(Json::object({{"state", "dry_run"}, {"migrations", names}, {"subjects", 0}, {"rows", 0}, {"conflicts", Json::array()}}));
      return 0;
    }
    if (steps.empty()) line("nothing to undo after " + printable(options.to));
    for (const auto& step : steps) line("[DRY RUN] would undo " + printable(step.name) + " by " + printable(step.source));
    return 0;
  }
  // Also with nothing to undo: a start settles what a crash left in doubt.
  if (!steps.empty() && !ask("Undo " + amount(steps.size(), "migration") + " in " + door.connection().display + ", down to " + options.to + "?", door.globals.yes || options.sure, "undoing migrations")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("rollback", "--to " + options.to, false);
  engine::schema::RevertReport report;
  door.during(*run, [&] { report = engine::schema::revert_to(door.environment(), *run, folders, options.to); });
  const auto code = report.stopped ? ExitCode::paused : ExitCode::done;
  run->finish(code, report.stopped ? "paused" : "done");
  if (door.globals.json) {
    for (const auto& name : report.reverted) names.push(name);
    print(Json::object({{"state", report.stopped ? "paused" : "done"}, {"migrations", names}, {"subjects", 0}, {"rows", 0}, {"conflicts", Json::array()}}));
  } else {
    if (report.reverted.empty()) line("nothing to undo after " + printable(options.to));
    for (const auto& name : report.reverted) line("✔ Undone migration: " + printable(name));
  }
  return static_cast<int>(code);
}

}  // namespace

int run(Door& door, const Rollback& options) { return options.to.empty() ? rows(door, options) : schema(door, options); }

}  // namespace tidemark::commands
