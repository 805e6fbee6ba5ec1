#include "engine/rollback/rollback.h"

#include <algorithm>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/conversion/pipeline.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

constexpr int kLeftTries = 10;

class Undo {
 public:
  Undo(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options)
      : env_(env), run_(run), conversion_(conversion), options_(options), uow_(env, run.right(), run.connection()),
        live_(live_table(run.connection().session(), conversion)) {
    conversion::describe_once(run.journal(), run.reader(), live_.facts.shape);
    run.journal().flush();
  }

  /// Undoes these subjects in one unit, or in smaller ones where the target objects. @return keys left to do
  Keys chunk(const Keys& subjects) {
    int locked_out = 0;
    while (true) {
      try {
        return attempt(subjects);
      } catch (const TargetError& error) {
        if (error.kind == TargetError::Kind::connection) {
          run_.connection().reconnect(error.what());
          continue;
        }
        const bool lock = error.kind == TargetError::Kind::lock;
        if (!lock && error.kind != TargetError::Kind::data) throw;
        if (lock && ++locked_out < 5) {
          env_.executor.pause(std::chrono::milliseconds(50 << locked_out), [&] { return env_.stop.requested(); });
          continue;
        }
        if (subjects.size() == 1) {
          if (lock) return subjects;
          result.conflicts.push_back({subjects.front(), live_.facts.shape.schema + "." + live_.facts.shape.name, "", "restricted", error.what()});
          return {};
        }
      }
      const auto middle = subjects.begin() + static_cast<std::ptrdiff_t>(subjects.size() / 2);
      Keys left = chunk({subjects.begin(), middle});
      const Keys more = chunk({middle, subjects.end()});
      left.insert(left.end(), more.begin(), more.end());
      return left;
    }
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
        for (const auto& plan : plan(unit.session, run_.reader(), conversion_.name(), subjects, live_, true)) {
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
        chunk.conflicts.push_back({plan.subject, row.table, row.key.front().value_or(""), to_string(row.found), ""});
        if (options_.on_conflict == OnConflict::stop) {
          throw Failure(ExitCode::conflicts, "rolling back profile " + plan.subject, row.table + " row " + row.key.front().value_or(""),
                        std::string("it is not as the engine left it: ") + to_string(row.found),
                        "This chunk was rolled back; chunks before it stay undone and recorded.", "tidemark rollback … --on-conflict skip, or force");
        }
        const bool forced = options_.on_conflict == OnConflict::force && !row.live.empty();
        conflicts.push_back(journal::draft(journal::RevertConflict{row.ours.table, to_string(row.found), row.ours.row, row.live, forced}, unit, plan.subject));
        if (!forced) {
          reverted.left += row.live.empty() ? 0 : 1;  // what a user deleted is not left
          continue;
        }
      }
      reverted.changes.list.push_back({table, journal::Op::remove, row.live, {}});
      doomed.push_back(row.key.front().value_or(""));
    }
    if (reverted.changes.list.empty() && plan.life.state.status == journal::SubjectStatus::partly_reverted) return;  // said before
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
};

}  // namespace

Live live_table(Session& session, const conversion::Conversion& conversion) {
  const auto& tables = conversion.tables();
  const auto schema = session.schema_of(tables.target);
  auto facts = schema ? session.describe(*schema, tables.target) : std::nullopt;
  if (!facts) {
    throw Failure(ExitCode::failed, "reading the catalog", "table " + tables.target, "it does not exist", "Nothing was written.", "tidemark status");
  }
  Live live{*facts, {}};
  for (const auto& [column, _] : tables.match) live.owners.push_back(column);
  return live;
}

RollbackResult preview(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                       const std::function<void(const SubjectPlan&)>& each) {
  RollbackResult result;
  const Live live = live_table(session, conversion);
  Selection selection(journal, conversion.name(), options);
  for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
    for (const auto& plan : plan(session, journal, conversion.name(), keys, live, false)) {
      if (plan.rows.empty()) ++result.untouched;
      else ++result.subjects;
      for (const auto& row : plan.rows) {
        if (row.found == Found::same || (options.on_conflict == OnConflict::force && !row.live.empty())) ++result.rows;
        if (row.found != Found::same) result.conflicts.push_back({plan.subject, row.table, row.key.front().value_or(""), to_string(row.found), ""});
      }
      if (each) each(plan);
    }
  }
  return result;
}

RollbackResult rollback(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options) {
  Undo undo(env, run, conversion, options);
  Selection selection(run.reader(), conversion.name(), options);
  Keys left;
  for (auto keys = selection.next(); !keys.empty() && !env.stop.requested(); keys = selection.next()) {
    const auto more = undo.chunk(keys);
    left.insert(left.end(), more.begin(), more.end());
  }
  for (int attempt = 0; attempt < kLeftTries && !left.empty() && !env.stop.requested(); ++attempt) {
    env.executor.pause(std::chrono::milliseconds(attempt == 0 ? 0 : 200), [&] { return env.stop.requested(); });
    Keys still;
    for (const auto& key : left) {
      const auto more = undo.chunk({key});
      still.insert(still.end(), more.begin(), more.end());
    }
    left = still;
  }
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
