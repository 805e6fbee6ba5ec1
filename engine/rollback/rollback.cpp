#include "engine/rollback/rollback.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/conversion/pipeline.h"
#include "engine/rollback/pieces.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

/// See Live::births.
constexpr const char* kBirths =
    "SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE n.nspname = $1 AND c.relname = $2 AND NOT a.attisdropped"
    " AND a.attgenerated = '' AND a.atttypid IN ('pg_catalog.timestamp'::pg_catalog.regtype, 'pg_catalog.timestamptz'::pg_catalog.regtype)"
    " AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) IN ('CURRENT_TIMESTAMP', 'LOCALTIMESTAMP', 'now()', 'transaction_timestamp()')"
    " AND a.attname !~* 'updat|modif'";

class Undo {
 public:
  Undo(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options)
      : env_(env), run_(run), conversion_(conversion), options_(options), uow_(env, run.right(), run.connection()),
        live_(live_table(run.connection().session(), conversion)), source_(conversion::bind(run.connection().session(), conversion, false).source) {
    conversion::describe_once(run.journal(), run.reader(), live_.facts.shape);
    run.journal().flush();
  }

  /// Undoes these subjects in one unit, or in smaller ones where the target objects. @return keys left to do
  Keys chunk(const Keys& subjects) {
    return in_pieces(env_, run_.connection(), subjects, [this](const Keys& piece) { return attempt(piece); },
                     [this](const std::string& subject, const TargetError& error) {
                       result.conflicts.push_back({subject, live_.facts.shape.schema + "." + live_.facts.shape.name, "", "restricted", error.what()});
                     });
  }

  RollbackResult result;

 private:
  Keys attempt(const Keys& subjects) {
    while (true) {
      Keys left;
      RollbackResult chunk;
      journal::Tally tally;
      const auto end = uow_.run("rollback", env_.limits.unit, [&](Unit& unit) {
        left.clear();
        chunk = {};
        tally.clear();
        Intent intent;
        Keys doomed;
        auto plans = plan(unit.session, run_.reader(), conversion_.name(), subjects, live_, true);
        find_gone(unit.session, source_, plans);
        for (const auto& plan : plans) {
          if (std::any_of(plan.rows.begin(), plan.rows.end(), [](const auto& row) { return row.found == Found::locked; })) {
            left.push_back(plan.subject);
            continue;
          }
          record(plan, unit.id, intent.events, doomed, chunk, tally);
        }
        if (intent.events.empty()) return;
        if (!doomed.empty()) tally["links"] -= static_cast<std::int64_t>(doomed.size());
        journal::ChunkIntended intended;
        intended.conversion = conversion_.name();
        intended.work = journal::WorkKind::rollback;
        intended.events = intent.events.size();
        intended.subjects = chunk.subjects;
        intended.rows = doomed.size();
        intended.tally = tally;
        intent.events.push_back(journal::draft(intended, unit.id));
        intent.outcome = [](UtcMicros at) { return journal::ChunkCommitted{at}; };
        unit.intend(std::move(intent));
        const auto removed = doomed.empty() ? 0 : unit.session.remove_rows(live_.facts.shape, doomed);
        if (removed != doomed.size()) {
          throw TargetError(TargetError::Kind::other, "", "the target removed " + std::to_string(removed) + " of " + std::to_string(doomed.size()) +
                                                              " locked rows (a trigger or rule?)");
        }
        chunk.rows = removed;
      });
      if (end == UnitEnd::voided) continue;
      if (end == UnitEnd::committed) {
        env_.observer.progress({chunk.subjects, chunk.rows, tally});
        result.subjects += chunk.subjects;
        result.rows += chunk.rows;
      }
      result.untouched += chunk.untouched;
      result.conflicts.insert(result.conflicts.end(), chunk.conflicts.begin(), chunk.conflicts.end());
      return left;
    }
  }

  /// One subject's events: its conflicts, then the inverse changes. Nothing, if there is nothing of ours or nothing new to say.
  void record(const SubjectPlan& plan, UnitId unit, std::vector<journal::Draft>& events, Keys& doomed, RollbackResult& chunk, journal::Tally& tally) {
    if (plan.rows.empty() && plan.life.state.status != journal::SubjectStatus::converted) {
      ++chunk.untouched;
      return;
    }
    journal::SubjectReverted reverted;
    reverted.previous = plan.life.state.last;
    std::vector<journal::Draft> conflicts;
    const auto table = live_.facts.shape.no;
    for (const auto& row : plan.rows) {
      if (row.found != Found::same) {
        chunk.conflicts.push_back({plan.subject, row.table, row.key.front().value_or(""), kind_of(row), ""});
        if (options_.on_conflict == OnConflict::stop) {
          throw Failure(ExitCode::conflicts, "rolling back profile " + plan.subject, row.table + " row " + row.key.front().value_or(""),
                        "it is not as the engine left it: " + kind_of(row) + ", " + std::string(explain(kind_of(row))),
                        "This chunk was rolled back; chunks before it stay undone and recorded.", "tidemark rollback … --on-conflict skip, or force");
        }
        const bool forced = options_.on_conflict == OnConflict::force && !row.live.empty();
        conflicts.push_back(journal::draft(journal::RevertConflict{row.ours.table, kind_of(row), row.ours.row, row.live, forced}, unit, plan.subject));
        if (!forced) {
          reverted.left += row.live.empty() ? 0 : 1;  // what a user deleted is not left
          continue;
        }
      }
      reverted.changes.list.push_back({table, journal::Op::remove, row.live, {}});
      doomed.push_back(row.key.front().value_or(""));
    }
    const auto status = plan.life.state.status;
    if (reverted.changes.list.empty() && (status == journal::SubjectStatus::partly_reverted || (status == journal::SubjectStatus::reverted && reverted.left == 0))) return;  // said before
    const journal::Event event = reverted;
    conversion::add(tally, plan.life.tally, -1);
    conversion::add(tally, conversion::tally_of(event), +1);
    for (auto& conflict : conflicts) events.push_back(std::move(conflict));
    events.push_back(journal::draft(event, unit, plan.subject));
    ++chunk.subjects;
  }

  Environment& env_;
  WritingRun& run_;
  const conversion::Conversion& conversion_;
  const RollbackOptions& options_;
  UnitOfWork uow_;
  Live live_;
  SourceShape source_;
};

/// How many of these subjects have another source now than when they were last converted.
std::uint64_t edited_sources(Session& session, SourceShape source, const std::vector<SubjectPlan>& plans) {
  std::unordered_map<std::string, journal::SourceDigest> converted;
  Keys keys;
  for (const auto& plan : plans) {
    if (plan.rows.empty()) continue;
    converted[plan.subject] = plan.life.state.source;
    keys.push_back(plan.subject);
  }
  source.max_value_bytes = 0;  // the digests are made by the server
  const auto rows = keys.empty() ? std::vector<SourceRow>{} : session.read(source, keys);
  return static_cast<std::uint64_t>(std::count_if(rows.begin(), rows.end(), [&](const SourceRow& row) { return row.digest != converted[row.key]; }));
}

}  // namespace

Live live_table(Session& session, const conversion::Conversion& conversion) {
  const auto& tables = conversion.tables();
  const auto schema = session.schema_of(tables.target);
  auto facts = schema ? session.describe(*schema, tables.target) : std::nullopt;
  if (!facts) {
    throw Failure(ExitCode::failed, "reading the catalog", "table " + tables.target, "it does not exist", "Nothing was written.", "tidemark status");
  }
  Live live{*facts, {}, {}};
  for (const auto& [column, _] : tables.match) live.owners.push_back(column);
  for (auto& row : session.query(kBirths, {facts->shape.schema, facts->shape.name})) live.births.push_back(row.front().value_or(""));
  return live;
}

RollbackResult preview(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                       const std::function<void(const SubjectPlan&)>& each) {
  RollbackResult result;
  const Live live = live_table(session, conversion);
  const auto source = conversion::bind(session, conversion, false).source;
  Selection selection(journal, conversion.name(), options.scope, Direction::undo, options.chunk);
  for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
    auto plans = plan(session, journal, conversion.name(), keys, live, false);
    find_gone(session, source, plans);
    result.edited_sources += edited_sources(session, source, plans);
    for (const auto& plan : plans) {
      if (plan.rows.empty()) {
        ++result.untouched;
        continue;
      }
      ++result.subjects;
      for (const auto& row : plan.rows) {
        if (row.found == Found::same || (options.on_conflict == OnConflict::force && !row.live.empty())) ++result.rows;
        if (row.found != Found::same) result.conflicts.push_back({plan.subject, row.table, row.key.front().value_or(""), kind_of(row), ""});
      }
      if (each) each(plan);
    }
  }
  return result;
}

RollbackResult rollback(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options) {
  Undo undo(env, run, conversion, options);
  Selection selection(run.reader(), conversion.name(), options.scope, Direction::undo, options.chunk);
  const auto left = through(env, [&] { return selection.next(); }, [&](const Keys& keys) { return undo.chunk(keys); });
  undo.result.left = left;
  undo.result.stopped = env.stop.requested();
  run.journal().flush();
  return undo.result;
}

Keys unknown_subjects(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects) {
  Keys unrecorded, unknown;
  const auto states = journal.subject_states(conversion.name(), subjects);
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (states[i].last == 0) unrecorded.push_back(subjects[i]);
  }
  if (unrecorded.empty()) return unknown;
  const auto binding = conversion::bind(session, conversion, false);
  Keys askable;
  std::copy_if(unrecorded.begin(), unrecorded.end(), std::back_inserter(askable), [&](const auto& key) { return conversion::can_be_key(binding.source, key); });
  const auto there = session.present(binding.source, askable);
  const std::unordered_set<std::string> have(there.begin(), there.end());
  std::copy_if(unrecorded.begin(), unrecorded.end(), std::back_inserter(unknown), [&](const auto& key) { return !have.contains(key); });
  return unknown;
}

}  // namespace tidemark::engine::rollback
