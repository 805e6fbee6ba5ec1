#include "engine/schema/deploy.h"

#include <algorithm>

#include "engine/schema/apply.h"
#include "engine/schema/drift.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/refusal.h"
#include "engine/schema/scan.h"
#include "engine/schema/trial.h"
#include "engine/schema/holders.h"
#include "engine/schema/name_order.h"
#include "engine/schema/step.h"
#include "engine/schema/step_statement.h"

namespace tidemark::engine::schema {
namespace {

/// The unit whose rows wait for this migration to come back; none if it was never undone by us, or is applied.
UnitId undone_by(const journal::Reader& reader, const std::string& name) {
  for (const auto& migration : reader.migrations()) {
    if (migration.name == name && !migration.applied) return migration.unit;
  }
  return {};
}

struct Context {
  const journal::Reader& reader;
  RecordedStates states;
  const SchemaLimits& limits;
  KnownCatalog catalog{};
  const Trial* trial = nullptr;  ///< of the folder under way
  Applied last{};  ///< of the attempt that committed
};

void apply_folder(Unit& unit, History& history, const MigrationFolder& folder, Context& context) {
  refuse_failed(history);
  const auto* by_others = history.applied(folder.name);
  const UnitId archive = undone_by(context.reader, folder.name);
  const Kept waiting(context.reader, archive);
  if (by_others && waiting.empty()) return;
  Session& session = unit.session;
  if (!history.exists()) {
    create_history(session);
    session.set_pins(context.limits.pins);
    history = read_history(session);
  }
  journal::MigrationIntended intended{folder.name, false, journal::parse_digest(folder.checksum).value(), folder.script, folder.down.value_or(""), ""};
  Applied applied;
  if (by_others) {  // by Prisma, without the rows that we keep: only these come back
    intended.history_id = by_others->id;
    applied.ran.before = applied.ran.after = context.catalog.now(session).snapshot;
    applied.restored = restore(session, waiting, false, [&] { unit.pass(Step::unit_restored); });
    applied.proven.source = folder.down ? "down.sql" : "";
    applied.proven.proof = "unproven: it was applied by others";
    applied.proven.inverse = intended.inverse;
  } else {
    intended.history_id = to_string(journal::random_uuid());
    const auto started_at = clock_text(session);
    applied = apply(unit, context.reader, context.catalog, folder, waiting, context.limits, context.trial);
    record_applied(session, history, intended.history_id, folder.name, folder.checksum, started_at);
  }
  intended.inverse = applied.proven.inverse;
  intended.source = applied.proven.source;
  intended.proof = applied.proven.proof;
  intended.before = state_digest(applied.ran.before);
  intended.after = state_digest(applied.ran.after);
  std::vector<journal::Draft> events;
  if (auto draft = context.states.draft(applied.ran.before, nullptr, unit.id)) events.push_back(std::move(*draft));
  if (auto draft = context.states.draft(applied.ran.after, &applied.ran.before, unit.id)) events.push_back(std::move(*draft));
  if (!waiting.empty()) {
    events.push_back(journal::draft(journal::RowsRestored{folder.name, archive, applied.restored.rows, applied.restored.conflicts}, unit.id));
  }
  events.push_back(journal::draft(intended, unit.id));
  unit.intend({std::move(events), [name = folder.name](UtcMicros at) -> journal::Event { return journal::MigrationApplied{name, at}; }});
  context.last = std::move(applied);
}

void tell_applied(Observer& observer, const std::string& name, const Applied& applied) {
  using Level = Observer::Level;
  const auto& proof = applied.proven.proof;
  observer.say(proof.starts_with("irreversible") ? Level::warning : Level::info,
               "applied migration " + name + (proof == "in place" || proof == "scratch" ? "; schema proven" + std::string(proof == "scratch" ? " on a scratch database" : "") + ": its inverse (" + applied.proven.source + ") takes it back" : "; " + proof));
  for (const auto& one : applied.archived) observer.say(Level::info, "  archived " + std::to_string(one.rows) + " rows of " + one.object + ": an undo brings them back");
  if (applied.restored.rows > 0) observer.say(Level::info, "  brought back " + std::to_string(applied.restored.rows) + " archived rows");
  for (const auto& conflict : applied.restored.named) observer.say(Level::warning, "  not brought back: " + conflict);
  if (const auto more = applied.restored.unnamed(); !more.empty()) observer.say(Level::warning, "  not brought back: " + more);
}

struct Ready {
  MigrationFolder folder;  ///< scripts as they run
  Way way;
  const OpenStep* open = nullptr;
};

/// What is to be done, in order; everything is looked at before anything runs. A step that was begun goes first, as it was begun.
std::vector<Ready> made_ready(Session& session, const History& history, const std::vector<MigrationFolder>& folders, const SchemaStatus& found, const std::vector<OpenStep>& open) {
  const bool standard = session.query("SELECT pg_catalog.current_setting('standard_conforming_strings')").at(0)[0] != "off";
  std::vector<Ready> list;
  for (const auto& step : open) {
    Ready ready;
    ready.open = &step;
    ready.folder.name = step.begun.name;
    ready.folder.script = step.begun.script;
    ready.folder.checksum = journal::hex(step.begun.checksums.front());
    if (!step.begun.down.empty()) ready.folder.down = step.begun.down;
    ready.way = way_of(step.begun.script, step.begun.name, standard);
    list.push_back(std::move(ready));
  }
  for (const auto& folder : folders) {
    const bool begun = std::any_of(open.begin(), open.end(), [&](const auto& step) { return step.begun.name == folder.name; });
    const bool applied = history.applied(folder.name) != nullptr;
    if (begun || (applied && std::find(found.archived.begin(), found.archived.end(), folder.name) == found.archived.end())) continue;
    Ready ready{folder, {}, nullptr};
    if (!applied) {
      const auto file = folder.name + "/migration.sql";
      ready.way = way_of(folder.script, file, standard);
      if (!ready.way.alone.empty()) (void)parse_step(folder.script, ready.way.alone, file, standard);  // refuses now, before the ones before it run
      ready.folder.script = ready.way.script;
    }
    if (!applied && folder.down) ready.folder.down = in_unit(*folder.down, folder.name + "/down.sql", standard);
    list.push_back(std::move(ready));
  }
  return list;
}

void tell_settings(Observer& observer, const Ready& ready) {
  for (const auto& one : ready.way.settings) {
    if (one.what != "SET search_path" && one.what != "SET role" && one.what != "SET SESSION AUTHORIZATION") continue;
    observer.say(Observer::Level::warning, "migration " + ready.folder.name + ": its " + one.what + " (line " + std::to_string(one.line) +
                                               ") ends with the migration here; run by Prisma it would outlive it, and Prisma would lose its own history");
  }
}

/// The script makes what is there, or changes what isn't: perhaps it ran already, by hand.
bool collides(const std::string& sqlstate) {
  for (const auto* one : {"42701", "42P07", "42710", "42P06", "42723", "42703", "42P01", "42704", "42883"}) {
    if (sqlstate == one) return true;
  }
  return false;
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

/// Before the unit, whose locks pg_dump would wait for. nullopt: small enough to be tried where it is, as far as the script's text tells.
std::optional<Trial> trial_of(Environment& env, WritingRun& run, const MigrationFolder& folder, const SchemaLimits& limits) {
  if (!limits.scratch) return std::nullopt;
  const bool large = run.connection().ask([&](Session& session) {
    session.begin_reading();
    try {
      const auto named = tables_named(session, folder.script);
      const auto bytes = bytes_of(session, {named.begin(), named.end()});
      session.rollback();
      return bytes > limits.prove_in_place_max;
    } catch (const TargetError& error) {
      session.rollback();
      if (error.kind != TargetError::Kind::lock) throw;
      return false;  // the unit will say who holds it
    }
  });
  if (!large) return std::nullopt;
  env.observer.say(Observer::Level::info, "migration " + folder.name + ": the tables it names are larger than prove_in_place_max; its inverse is tried on a scratch database");
  auto trial = run.connection().ask([&](Session& session) { return try_on_copy(env, session, *limits.scratch, folder, limits); });
  if (!trial.ran()) env.observer.say(Observer::Level::warning, "migration " + folder.name + " could not be tried on a scratch database: " + trial.failed);
  return trial;
}

void tell_drift(Observer& observer, const Drift& drift) {
  using Level = Observer::Level;
  for (const auto& name : drift.by) observer.say(Level::info, "migration " + name + " was applied or undone by others since: what it did is no drift");
  for (const auto& object : drift.objects) observer.say(Level::warning, "the schema was changed by others since it was last recorded: " + object);
}

void judge_drift(journal::Writer& journal, const Drift& drift, const SchemaLimits& limits) {
  if (drift.objects.empty()) return;
  const bool stops = !drift.touched.empty() && !limits.accept_drift;
  journal.append(journal::DriftFound{drift.recorded, drift.live, drift.objects, stops ? drift.touched : std::vector<std::string>(), drift.by});
  journal.flush();
  if (!stops) return;
  std::string list;
  for (const auto& object : drift.touched) list += (list.empty() ? "" : "; ") + object;
  throw Failure(ExitCode::check, "comparing the schema with the journal", "the target", "others changed what a pending migration or the conversion touches: " + list, "Nothing was run.",
                "take the change back; or tidemark resolve NAME if it is a migration's own effect; or, if it shall stay as it is: tidemark deploy --accept-drift");
}

}  // namespace

DeployReport deploy(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const SchemaLimits& limits) {
  run.journal().flush();
  const auto history = read_history(run.connection().session());
  DeployReport report;
  report.before = compare(history, folders, &run.reader());
  const auto open = open_steps(run.reader(), history);
  std::vector<std::string> ours;
  for (const auto& step : open) ours.push_back(step.id());
  refuse_failed(history, ours);
  tell(env.observer, report.before);

  const auto pending = made_ready(run.connection().session(), history, folders, report.before, open);
  report.drift = find_drift(run.connection().session(), run.reader(), history, folders, limits.needed);
  tell_drift(env.observer, report.drift);
  if (!pending.empty()) judge_drift(run.journal(), report.drift, limits);
  Context context{run.reader(), RecordedStates(run.reader()), limits, {}, nullptr, {}};
  const auto before = name_order();
  for (const auto& ready : pending) {
    const auto* folder = &ready.folder;
    if (!limits.until.empty() && !ready.open && !history.applied(folder->name) && before(limits.until, folder->name)) {
      report.held.push_back(folder->name);
      continue;
    }
    const auto trial = history.applied(folder->name) || !ready.way.alone.empty() ? std::nullopt : trial_of(env, run, *folder, limits);
    context.trial = trial ? &*trial : nullptr;
    const SchemaWork work{"deploy", "applying migration", folder->name, folder->script};
    try {
      tell_settings(env.observer, ready);
      if (!ready.way.alone.empty()) {
        const auto step = run_step(env, run, *folder, ready.way.alone, folder->down, ready.open, context.states, limits);
        if (step.end == SchemaEnd::stopped) {
          report.stopped = true;
          return report;
        }
        if (step.end == SchemaEnd::empty) continue;
        report.applied.push_back(folder->name);
        context.last = {};
        context.last.proven = step.proven;
        tell_applied(env.observer, folder->name, context.last);
        continue;
      }
      switch (run_schema_unit(env, run, work, limits, [&](Unit& unit, History& now) { apply_folder(unit, now, *folder, context); })) {
        case SchemaEnd::committed:
          report.applied.push_back(folder->name);
          report.restored += context.last.restored.rows;
          report.conflicts += context.last.restored.conflicts;
          tell_applied(env.observer, folder->name, context.last);
          if (!ready.way.settings.empty()) run.connection().drop();
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
              error.sqlstate == "55P04" ? "put ALTER TYPE ... ADD VALUE into a migration of its own, before the one that uses the label; then tidemark deploy"
              : collides(error.sqlstate) ? "tidemark resolve " + folder->name + " looks whether its effect is there already; or correct the script, then tidemark deploy"
                                         : "correct the script, then tidemark deploy");
    }
  }
  return report;
}

}  // namespace tidemark::engine::schema
