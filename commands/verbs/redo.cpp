#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/conversion/binding.h"
#include "engine/rollback/estimate.h"
#include "engine/rollback/redo.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;

Preview preview_of(Door& door, engine::Session& session, const journal::Reader& journal, const engine::rollback::RollbackOptions& redo) {
  const auto& conversion = door.conversion();
  const auto tables = journal.tables();
  Preview preview;
  preview.result = engine::rollback::preview_redo(session, journal, conversion, redo, [&](const engine::rollback::BackPlan& plan) {
    if (plan.anything() && preview.profiles.size() < Preview::kShown) preview.profiles.push_back(printable(plan.subject) + ": " + amount(plan.rows.size(), "row"));
    for (const auto& row : plan.rows) {
      if (preview.rows.size() == Preview::kShown) break;
      if (row.kind.empty()) preview.rows.push_back(printable(conversion.describe(engine::conversion::in_sent_order(conversion, tables.at(row.away.table), row.away.row))));
    }
  });
  preview.seconds = engine::rollback::estimated_seconds(journal, conversion.name(), "redo", preview.result.rows);
  return preview;
}

}  // namespace

int run(Door& door, const Redo& options) {
  const auto& conversion = door.conversion();
  const auto session = door.reading().connect("redo", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  if (!journal) {
    throw Failure(ExitCode::failed, "bringing back", door.connection().display, "there is no journal of this target: nothing here was rolled back by this program", "Nothing was written.",
                  "name the journal with --journal FILE");
  }
  engine::rollback::RollbackOptions redo;
  redo.scope = scope_of(door, *session, *journal, options);
  redo.on_conflict = options.on_conflict == OnConflict::stop ? engine::rollback::OnConflict::stop : engine::rollback::OnConflict::skip;
  const auto preview = preview_of(door, *session, *journal, redo);
  const auto& expected = preview.result;
  if (options.dry_run) {
    if (door.globals.json) {
      print(Json::object({{"state", "dry_run"}, {"subjects", expected.subjects}, {"rows", expected.rows}, {"conflicts", conflicts_json(expected.conflicts)}}));
    } else {
      line("[DRY RUN] would bring back " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " (" + conversion.name() + "); nothing was written");
      print_preview(preview);
    }
    return 0;
  }
  // Also with nothing to bring back a run is begun: it settles what an earlier one left in doubt.
  if (!preview.empty()) {
    if (!door.globals.json) {
      line("would bring back " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " (" + conversion.name() + "):");
      print_preview(preview);
    }
    const std::string question = "Bring back " + amount(expected.rows, "row") + " of " + amount(expected.subjects, "profile") + " in " + door.connection().display + " (" +
                                 amount(expected.conflicts.size(), "conflict") + ")?";
    if (!ask(question, door.globals.yes, "bringing back " + amount(expected.subjects, "profile"))) {
      line("nothing was done");
      return static_cast<int>(ExitCode::failed);
    }
  }
  auto run = door.begin("redo", arguments_of(options, redo.scope), false);
  door.console().begin("redo", expected.subjects, 0);
  engine::rollback::RollbackResult result;
  door.during(*run, [&] { result = engine::rollback::redo(door.environment(), *run, conversion, redo); });
  const ExitCode code = result.stopped || !result.left.empty() ? ExitCode::paused : result.conflicts.empty() ? ExitCode::done : ExitCode::conflicts;
  const std::string state = code == ExitCode::paused ? "paused" : "done";
  run->finish(code, state);
  if (door.globals.json) {
    print(Json::object({{"state", state}, {"subjects", result.subjects}, {"rows", result.rows}, {"conflicts", conflicts_json(result.conflicts)},
                        {"untouched", result.untouched}, {"left", static_cast<std::uint64_t>(result.left.size())}}));
    return static_cast<int>(code);
  }
  if (result.subjects == 0 && result.conflicts.empty() && code == ExitCode::done) {
    line("redo: nothing to do, nothing in this scope is rolled back");
  } else {
    line("redo: " + state + ", " + amount(result.rows, "row") + " of " + amount(result.subjects, "profile") + " brought back, " + amount(result.conflicts.size(), "conflict"));
  }
  print_rest(result);
  if (result.untouched > 0) line("  nothing   " + amount(result.untouched, "profile") + " had nothing to bring back");
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
