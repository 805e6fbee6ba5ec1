#include "engine/schema/deploy.h"

#include <algorithm>

#include "engine/schema/recorded_states.h"
#include "engine/schema/refusal.h"
#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

void apply(Unit& unit, History& history, const MigrationFolder& folder, const Pins& pins, RecordedStates& states) {
  refuse_failed(history);
  if (history.applied(folder.name)) return;
  Session& session = unit.session;
  if (!history.exists()) {
    create_history(session);
    session.set_pins(pins);
    history = read_history(session);
  }
  const auto id = to_string(journal::random_uuid());
  const auto started_at = clock_text(session);
  const auto before = CatalogSnapshot::take(session);
  session.run_script(folder.script);
  session.set_pins(pins);  // a SET in the script would rule the rest of the unit
  const auto after = CatalogSnapshot::take(session);
  record_applied(session, history, id, folder.name, folder.checksum, started_at);
  journal::MigrationIntended intended{folder.name, false, journal::parse_digest(folder.checksum).value(), folder.script, folder.down.value_or(""), id};
  intended.before = state_digest(before);
  intended.after = state_digest(after);
  std::vector<journal::Draft> events;
  for (const auto* snapshot : {&before, &after}) {
    if (auto draft = states.draft(*snapshot, snapshot == &after ? &before : nullptr, unit.id)) events.push_back(std::move(*draft));
  }
  events.push_back(journal::draft(intended, unit.id));
  unit.intend({std::move(events),
               [name = folder.name](UtcMicros at) -> journal::Event { return journal::MigrationApplied{name, at}; }});
}

void tell(Observer& observer, const SchemaStatus& found) {
  using Level = Observer::Level;
  for (const auto& name : found.changed) {
    observer.say(Level::warning, "migration " + name + " was changed after it was applied: its file is not what ran");
  }
  for (const auto& name : found.unknown) observer.say(Level::info, "migration " + name + " is applied, but has no folder here");
  for (const auto& name : found.lost) {
    observer.say(Level::warning, "migration " + name + " was applied by the journal, but the history says otherwise");
  }
  if (found.pending.empty()) observer.say(Level::info, "schema: nothing to do, all migrations are applied");
}

}  // namespace

DeployReport deploy(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const SchemaLimits& limits) {
  run.journal().flush();
  const auto history = read_history(run.connection().session());
  DeployReport report;
  report.before = compare(history, folders, &run.reader());
  refuse_failed(history);
  tell(env.observer, report.before);

  std::vector<const MigrationFolder*> pending;
  for (const auto& folder : folders) {
    if (!history.applied(folder.name)) pending.push_back(&folder);
  }
  for (const auto* folder : pending) refuse_unfit(folder->script, folder->name + "/migration.sql");

  RecordedStates states(run.reader());
  for (const auto* folder : pending) {
    const SchemaWork work{"deploy", "applying migration", folder->name, folder->script};
    try {
      switch (run_schema_unit(env, run, work, limits, [&](Unit& unit, History& now) { apply(unit, now, *folder, limits.pins, states); })) {
        case SchemaEnd::committed:
          report.applied.push_back(folder->name);
          env.observer.say(Observer::Level::info, "applied migration " + folder->name);
          break;
        case SchemaEnd::empty:
          env.observer.say(Observer::Level::info, "migration " + folder->name + " was applied by somebody else meanwhile");
          break;
        case SchemaEnd::stopped: report.stopped = true; return report;
      }
    } catch (const TargetError& error) {
      refused(run.journal(), work, folder->name + "/migration.sql", error,
              "All of this migration was rolled back" +
                  (report.applied.empty() ? std::string(".") : "; " + std::to_string(report.applied.size()) + " before it stay applied."),
              "correct the script, then tidemark deploy");
    }
  }
  return report;
}

}  // namespace tidemark::engine::schema
