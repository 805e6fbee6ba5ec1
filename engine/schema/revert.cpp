#include "engine/schema/revert.h"

#include <algorithm>

#include "engine/schema/archive.h"
#include "engine/schema/known_catalog.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/proof.h"
#include "engine/schema/refusal.h"

namespace tidemark::engine::schema {
namespace {

struct Context {
  const journal::Reader& reader;
  RecordedStates states;
  const SchemaLimits& limits;
  KnownCatalog catalog{};
  std::vector<Archived> archived{};  ///< of the attempt that committed
  Restored restored{};
};

/// Columns whose type goes back must be able to: a cast that changes a value would lose it, silently.
void refuse_lossy(Session& session, const std::vector<KnownObject>& retyped, const ObjectIds& now, const ObjectIds& then, const RevertStep& step, const std::string& safe) {
  for (const auto& column : retyped) {
    for (const auto& [id, object] : now) {
      if (object.kind != "column" || object.identity != column.identity) continue;
      const auto& type = then.at(id).type;
      // A type that comes back with the undo: its own cast refuses what it can't hold.
      if (session.query("SELECT to_regtype($1) IS NOT NULL", {type}).at(0)[0] != "t") continue;
      const auto rows = session.query("SELECT pg_catalog.count(*) FROM ONLY " + column.parent + " WHERE " + column.name + "::text::" + type + "::text::" + column.type + "::text IS DISTINCT FROM " +
                                      column.name + "::text");
      if (rows.at(0)[0] != "0") {
        throw Failure(ExitCode::failed, "undoing migration " + step.name, "column " + column.identity, rows.at(0)[0].value_or("") + " of its values can't be said as " + type, safe,
                      "change these values, then run the same command again");
      }
    }
  }
}

void undo(Unit& unit, const History& history, const RevertStep& step, Context& context, const std::string& safe) {
  refuse_failed(history);
  const auto* row = history.applied(step.name);
  if (!row) return;
  if (row->id != step.history_id) {
    throw Failure(ExitCode::inconclusive, "undoing migration " + step.name, history.schema + "._prisma_migrations",
                  "it was undone and applied again by somebody else meanwhile", safe, "look at tidemark status, then run the same command again");
  }
  Session& session = unit.session;
  const auto& pins = context.limits.pins;
  const auto [before, ids] = context.catalog.now(session);
  const Kept kept(context.reader, step.unit);
  const auto brought = [&] { unit.pass(Step::unit_restored); };
  session.query("SAVEPOINT tidemark_look");
  context.restored = run_inverse(session, step.script, pins, kept, brought);
  session.set_pins(pins);
  const auto then = object_ids(session);
  const auto gone = vanished(ids, then);
  context.archived.clear();
  if (!gone.empty()) {
    session.query("ROLLBACK TO SAVEPOINT tidemark_look");  // which gives back the locks that the script took
    session.set_pins(pins);
    refuse_lossy(session, gone.retyped, ids, then, step, safe);
    context.archived = archive(unit, step.name, gone);
    context.restored = run_inverse(session, step.script, pins, kept, brought);
    session.set_pins(pins);
  }
  session.query("RELEASE SAVEPOINT tidemark_look");
  const auto after = CatalogSnapshot::take(session);
  context.catalog.remember(session, {after, gone.empty() ? then : object_ids(session)});
  // All rows by which it counts as applied: one that stayed would make Prisma pass it over.
  for (const auto& one : history.rows) {
    if (one.name == step.name && one.applied() && !record_undone(session, history, one.id)) {
      throw TargetError(TargetError::Kind::other, "", "the migration's row " + one.id + " in _prisma_migrations changed in mid-unit");
    }
  }
  journal::MigrationIntended intended{
      step.name, true, journal::parse_digest(step.checksum).value_or(journal::Digest{}), step.script, step.forward, step.history_id};
  intended.before = state_digest(before);
  intended.after = state_digest(after);
  std::vector<journal::Draft> events;
  if (auto draft = context.states.draft(before, nullptr, unit.id)) events.push_back(std::move(*draft));
  if (auto draft = context.states.draft(after, &before, unit.id)) events.push_back(std::move(*draft));
  if (!kept.empty()) events.push_back(journal::draft(journal::RowsRestored{step.name, step.unit, context.restored.rows, context.restored.conflicts}, unit.id));
  events.push_back(journal::draft(intended, unit.id));
  unit.intend({std::move(events), [name = step.name](UtcMicros at) -> journal::Event { return journal::MigrationReverted{name, at}; }});
}

}  // namespace

RevertReport revert_to(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& to,
                       const SchemaLimits& limits) {
  run.journal().flush();
  const auto steps = plan_revert(run.connection().session(), folders, &run.reader(), to);
  if (steps.empty()) env.observer.say(Observer::Level::info, "schema: nothing to do, no migration was applied after " + to);
  RevertReport report;
  Context context{run.reader(), RecordedStates(run.reader()), limits, {}, {}, {}};
  for (const auto& step : steps) {
    const SchemaWork work{"revert", "undoing migration", step.name, step.script};
    const std::string safe = "This migration stays applied, with all its data" +
                             (report.reverted.empty() ? std::string(".") : "; " + std::to_string(report.reverted.size()) + " after it are undone.");
    try {
      switch (run_schema_unit(env, run, work, limits, [&](Unit& unit, History& now) { undo(unit, now, step, context, safe); })) {
        case SchemaEnd::committed:
          report.reverted.push_back(step.name);
          env.observer.say(Observer::Level::info, "undid migration " + step.name);
          for (const auto& one : context.archived) {
            report.archived.push_back({step.name, one});
            env.observer.say(Observer::Level::info, "  archived " + std::to_string(one.rows) + " rows of " + one.object + ": they come back when it is applied again");
          }
          report.restored += context.restored.rows;
          report.conflicts += context.restored.conflicts;
          if (context.restored.rows > 0) env.observer.say(Observer::Level::info, "  brought back " + std::to_string(context.restored.rows) + " rows that it had dropped");
          for (const auto& conflict : context.restored.named) env.observer.say(Observer::Level::warning, "  not brought back: " + conflict);
          if (const auto more = context.restored.unnamed(); !more.empty()) env.observer.say(Observer::Level::warning, "  not brought back: " + more);
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
