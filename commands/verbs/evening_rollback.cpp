// Rolling the procedure back: its rows, then its schema. Recorded with its cause before it begins, so that a kill in the middle goes on.
#include <set>

#include "commands/verbs/evening.h"
#include "commands/verbs/tell.h"
#include "engine/runbook/criteria.h"
#include "engine/schema/prisma_history.h"

namespace tidemark::commands {

using engine::ExitCode;

std::vector<std::string> WayBack::commands(journal::Seq procedure) const {
  std::vector<std::string> commands;
  if (rows) commands.push_back("tidemark rollback --since '#" + std::to_string(procedure) + "'");
  if (to) commands.push_back("tidemark rollback --to " + *to);
  return commands;
}

WayBack Evening::way_back() {
  const auto session = door.reading().connect("run", true);
  const auto journal = reader();
  WayBack back;
  std::set<std::string> ours;
  for (const auto& migration : journal->migrations()) {
    if (migration.applied && migration.intent > procedure.number) ours.insert(migration.name);
  }
  for (const auto& unit : journal->units(journal::UnitState::committed)) {
    back.rows = back.rows || (unit.intent > procedure.number && unit.name == door.conversion().name() && unit.work == "convert");
  }
  std::vector<std::string> applied;
  const auto history = engine::schema::read_history(*session);
  for (const auto& row : history.rows) {
    if (row.applied() && history.applied(row.name) == &row) applied.push_back(row.name);
  }
  back.to = engine::runbook::schema_before(applied, ours);
  return back;
}

int Evening::roll_back(const std::string& cause) {
  if (!procedure.rolling_back) {
    auto begun = decision("rollback", "begun", "--auto-rollback", cause);
    record({begun});
  }
  state_ = "rolling_back";
  say("");
  say("== rollback, because " + cause);
  const auto back = way_back();
  std::vector<engine::runbook::Criterion> criteria;
  bool paused = false;
  const auto undo = [&](const std::string& name, Rollback options_of_it) {
    if (paused) return;
    options_of_it.sure = true;
    const Phase phase{"rollback", "", "", false, false, [&](Evening&) {
      Performed done;
      const int code = run(door, options_of_it);
      done.paused = code == static_cast<int>(ExitCode::paused);
      done.criteria.push_back({name, code == 0 ? "met" : "not_met", code == 4 ? "what was changed since is kept: tidemark audit diff" : "exit code " + std::to_string(code)});
      return done;
    }};
    const auto done = work(phase);
    paused = done.paused;
    for (auto criterion : done.criteria) {
      criterion.name = name;
      criteria.push_back(criterion);
    }
  };
  if (back.rows) {
    Rollback rows;
    rows.since = "#" + std::to_string(procedure.number);
    undo("rows of this procedure are undone", rows);
  }
  if (back.to) {
    Rollback schema;
    schema.to = *back.to;
    undo("the schema is as before", schema);
  }
  if (paused) {
    next({"tidemark run"});
    return static_cast<int>(ExitCode::paused);
  }
  auto decided = decision("rollback", "done", "--auto-rollback", cause);
  decided.criteria = criteria;
  record({decided});
  bool whole = true;
  for (const auto& criterion : criteria) {
    whole = whole && criterion.verdict == "met";
    say("  " + std::string(criterion.verdict == "met" ? "done     " : "NOT DONE ") + criterion.name + ": " + criterion.evidence);
  }
  state_ = "rolled_back";
  say(whole ? "  rolled back: the target is as before this procedure; the next `tidemark run` begins another" : "  rolled back in part: what is left is named above");
  if (!whole) next(way_back().commands(procedure.number));
  next({"tidemark status"});
  return static_cast<int>(ExitCode::check);
}

}  // namespace tidemark::commands
