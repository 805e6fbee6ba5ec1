#include "commands/verbs/backups.h"
#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/rollback/redo.h"
#include "engine/schema/deploy.h"

namespace tidemark::commands {

namespace {

/// The run that undid the conversion's rows because their migration was undone, if they are still waited for; 0: none.
std::uint64_t undone_with_schema(const journal::Reader& journal, const std::string& conversion) {
  std::uint64_t newest = 0;
  for (const auto& run : journal.runs()) {
    if (run.started.verb == "rollback" && run.started.arguments.starts_with("--to ")) newest = run.run;
  }
  bool rows = false;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    rows = rows || (unit.run == newest && unit.name == conversion && unit.work == "rollback" && unit.state == journal::UnitState::committed);
    return !rows;
  });
  return rows ? newest : 0;
}

}  // namespace

int run(Door& door, const Deploy& options) {
  const auto folders = door.migrations();
  insist_on_backup(door, false);
  auto run = door.begin("deploy", "", false);
  insist_on_backup(door, true);
  engine::schema::DeployReport result;
  engine::schema::SchemaLimits limits;
  limits.irreversible = options.irreversible;
  engine::rollback::RollbackResult back;
  door.during(*run, [&] {
    result = engine::schema::deploy(door.environment(), *run, folders, limits);
    if (result.stopped) return;
    run->journal().flush();
    const auto& conversion = door.conversion();
    const auto undone = undone_with_schema(run->reader(), conversion.name());
    if (undone == 0 || !run->connection().session().schema_of(conversion.tables().target)) return;
    engine::rollback::RollbackOptions redo;
    redo.scope.run = undone;
    back = engine::rollback::redo(door.environment(), *run, conversion, redo);
  });
  const bool stopped = result.stopped || back.stopped || !back.left.empty();
  const auto conflicts = result.conflicts + back.conflicts.size();
  const auto code = stopped ? engine::ExitCode::paused : conflicts > 0 ? engine::ExitCode::conflicts : engine::ExitCode::done;
  run->finish(code, stopped ? door.stop().why() : "done");
  if (door.globals.json) {
    Json applied = Json::array();
    for (const auto& name : result.applied) applied.push(name);
    print(Json::object({{"state", stopped ? "paused" : "done"}, {"applied", applied}, {"restored", result.restored}, {"rows", back.rows}, {"conflicts", conflicts}}));
  } else {
    for (const auto& name : result.applied) line("✔ Applied migration: " + printable(name));
    if (result.restored > 0) line("  brought back  " + amount(result.restored, "archived row"));
    if (back.rows > 0) line("  brought back  " + amount(back.rows, "converted row") + " of " + amount(back.subjects, "profile"));
    if (conflicts > 0) line("  not brought back: " + amount(conflicts, "row") + ", see the log");
    if (result.applied.empty()) line("No pending migrations to apply: nothing to do");
  }
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
