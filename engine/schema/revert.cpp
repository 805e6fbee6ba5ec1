#include "engine/schema/revert.h"

#include <algorithm>

#include "engine/schema/losses.h"
#include "engine/schema/refusal.h"

namespace tidemark::engine::schema {
namespace {

void refuse_losses(const RevertStep& step, const std::vector<Loss>& losses, const std::string& safe) {
  if (losses.empty()) return;
  std::string list;
  for (const auto& loss : losses) {
    list += (list.empty() ? "" : ", ") + loss.object + " (" + std::to_string(loss.rows) + (loss.rows == 1 ? " row)" : " rows)");
  }
  throw Failure(ExitCode::failed, "undoing migration " + step.name, step.source, "it would drop what holds data: " + list, safe,
                "roll the rows back first: tidemark rollback --all; rows that users made themselves must be moved or deleted by hand");
}

void undo(Unit& unit, const History& history, const RevertStep& step, const Pins& pins, const std::string& safe) {
  refuse_failed(history);
  const auto* row = history.applied(step.name);
  if (!row) return;
  if (row->id != step.history_id) {
    throw Failure(ExitCode::inconclusive, "undoing migration " + step.name, history.schema + "._prisma_migrations",
                  "it was undone and applied again by somebody else meanwhile", safe, "look at tidemark status, then run the same command again");
  }
  Session& session = unit.session;
  refuse_losses(step, losses_of(session, step.script, pins), safe);
  session.run_script(step.script);
  session.set_pins(pins);
  // All rows by which it counts as applied: one that stayed would make Prisma pass it over.
  for (const auto& one : history.rows) {
    if (one.name == step.name && one.applied() && !record_undone(session, history, one.id)) {
      throw TargetError(TargetError::Kind::other, "", "the migration's row " + one.id + " in _prisma_migrations changed in mid-unit");
    }
  }
  const journal::MigrationIntended intended{
      step.name, true, journal::parse_digest(step.checksum).value_or(journal::Digest{}), step.script, step.forward, step.history_id};
  unit.intend({{journal::draft(intended, unit.id)},
               [name = step.name](UtcMicros at) -> journal::Event { return journal::MigrationReverted{name, at}; }});
}

}  // namespace

RevertReport revert_to(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& to,
                       const SchemaLimits& limits) {
  run.journal().flush();
  const auto steps = plan_revert(run.connection().session(), folders, &run.reader(), to);
  if (steps.empty()) env.observer.say(Observer::Level::info, "schema: nothing to do, no migration was applied after " + to);
  RevertReport report;
  for (const auto& step : steps) {
    const SchemaWork work{"revert", "undoing migration", step.name, step.script};
    const std::string safe = "This migration stays applied, with all its data" +
                             (report.reverted.empty() ? std::string(".") : "; " + std::to_string(report.reverted.size()) + " after it are undone.");
    try {
      switch (run_schema_unit(env, run, work, limits, [&](Unit& unit, History& now) { undo(unit, now, step, limits.pins, safe); })) {
        case SchemaEnd::committed:
          report.reverted.push_back(step.name);
          env.observer.say(Observer::Level::info, "undid migration " + step.name);
          break;
        case SchemaEnd::empty:
          env.observer.say(Observer::Level::info, "migration " + step.name + " was undone by somebody else meanwhile");
          break;
        case SchemaEnd::stopped: report.stopped = true; return report;
      }
    } catch (const TargetError& error) {
      refused(run.journal(), work, step.source, error, safe, "correct " + step.name + "/down.sql, then run the same command again");
    }
  }
  return report;
}

}  // namespace tidemark::engine::schema
