#include <set>

#include "commands/verbs/backups.h"
#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "engine/rollback/redo.h"
#include "engine/schema/deploy.h"

namespace tidemark::commands {

namespace {

/// The runs that undid the conversion's rows because their migration was undone: a killed one and the one that went on may both have.
std::set<std::uint64_t> undone_with_schema(const journal::Reader& journal, const std::string& conversion) {
  std::set<std::uint64_t> to, undid;
  for (const auto& run : journal.runs()) {
    if (run.started.verb == "rollback" && run.started.arguments.starts_with("--to ")) to.insert(run.run);
  }
  if (to.empty()) return to;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.name == conversion && unit.work == "rollback" && unit.state == journal::UnitState::committed && to.contains(unit.run)) undid.insert(unit.run);
    return true;
  });
  return undid;
}

}  // namespace

int run(Door& door, const Deploy& options) {
  const auto folders = door.migrations();
  insist_on_backup(door, false);
  auto run = door.begin("deploy", "", false);
  insist_on_backup(door, true);
  engine::schema::DeployReport result;
  auto limits = schema_limits(door);
  limits.irreversible = options.irreversible;
  const auto scratch = scratch_of(door, options.scratch_url);
  limits.scratch = &scratch;
  limits.accept_drift = options.accept_drift;
  engine::rollback::RollbackResult back;
  door.during(*run, [&] {
    result = engine::schema::deploy(door.environment(), *run, folders, limits);
    if (result.stopped) return;
    run->journal().flush();
    const auto& conversion = door.conversion();
    if (!run->connection().session().schema_of(conversion.tables().target)) return;
    for (const auto undone : undone_with_schema(run->reader(), conversion.name())) {
      if (back.stopped) break;
      engine::rollback::RollbackOptions redo;
      redo.scope.run = undone;
      auto more = engine::rollback::redo(door.environment(), *run, conversion, redo);
      back.subjects += more.subjects;
      back.rows += more.rows;
      back.stopped = more.stopped;
      back.conflicts.insert(back.conflicts.end(), more.conflicts.begin(), more.conflicts.end());
      back.left.insert(back.left.end(), more.left.begin(), more.left.end());
    }
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
