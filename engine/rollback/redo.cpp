#include "engine/rollback/redo.h"

#include <algorithm>

#include "engine/conversion/binding.h"
#include "engine/rollback/chunks.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::Conversion;

Conflict conflict_of(const std::string& subject, const BackRow& row) { return {subject, row.row.table, key_text(row.row.key), row.kind, describe(row.row.dependents), false}; }

class Redo {
 public:
  Redo(Environment& env, WritingRun& run, const Conversion& conversion, const RollbackOptions& options)
      : run_(run), conversion_(conversion), options_(options), source_(conversion::bind_source(run.connection().session(), conversion).source),
        chunks_(env, run, conversion, journal::WorkKind::redo, "refused", [this](Unit& unit, const Keys& subjects, Attempt& attempt) { body(unit, subjects, attempt); }) {}

  Keys chunk(const Keys& subjects) { return chunks_.chunk(subjects); }
  RollbackResult& own() { return chunks_.result; }
  const RollbackResult& result() const { return chunks_.result; }

 private:
  struct Part {
    const BackPlan* plan = nullptr;
    std::vector<std::pair<std::size_t, const BackRow*>> writes;
  };

  void body(Unit& unit, const Keys& subjects, Attempt& attempt) {
    auto& tables = chunks_.tables();
    plans_ = plan_back(unit.session, run_.reader(), conversion_, source_, tables, subjects, true);
    const auto shapes = run_.reader().tables();
    attempt.found.untouched = subjects.size() - plans_.size();
    parts_.clear();
    for (const auto& plan : plans_) {
      if (plan.locked) {
        attempt.left.push_back(plan.subject);
        continue;
      }
      report(plan, attempt.found);
      if (!plan.anything()) continue;
      auto& part = parts_.emplace_back();
      part.plan = &plan;
      for (auto row = plan.rows.rbegin(); row != plan.rows.rend(); ++row) {  // what the rollback did last goes first
        if (!row->kind.empty()) continue;
        auto write = inverse_of(row->row, row->row.live, shapes, tables);
        write.subject = parts_.size();
        part.writes.emplace_back(attempt.writes.size(), &*row);
        attempt.writes.push_back(std::move(write));
      }
    }
    attempt.record = [this, id = unit.id, &attempt] {
      for (const auto& part : parts_) record(part, id, attempt);
    };
  }

  void report(const BackPlan& plan, RollbackResult& found) {
    for (const auto& row : plan.rows) {
      if (row.kind.empty()) continue;
      found.conflicts.push_back(conflict_of(plan.subject, row));
      if (options_.on_conflict == OnConflict::stop) {
        throw Failure(ExitCode::conflicts, "bringing back profile " + plan.subject, row.row.table + " row " + key_text(row.row.key), row.kind + ", " + std::string(explain(row.kind)),
                      "This chunk was rolled back; chunks before it came back and are recorded.", "tidemark redo … --on-conflict skip");
      }
    }
    if (!plan.anything() && plan.rows.empty()) ++found.untouched;
  }

  /// All of it is back: converted, as before the rollback. Some is not: partly reverted, with what came back as changes.
  void record(const Part& part, UnitId unit, Attempt& attempt) const {
    const auto& plan = *part.plan;
    const auto& past = plan.past;
    journal::RowChanges changes;
    std::int64_t created = 0;
    for (const auto& [at, row] : part.writes) {
      auto& change = attempt.changes[at];
      created += conversion::created_by(change.op);
      if (altered(attempt.writes[at], change)) attempt.found.conflicts.push_back({plan.subject, row->row.table, key_text(row->row.key), "altered", "", false});
      changes.list.push_back(std::move(change));
    }
    bool whole = true;
    for (const auto& row : plan.rows) {
      if (row.kind.empty()) continue;
      whole = false;
      attempt.events.push_back(journal::draft(journal::RevertConflict{row.row.ours.table, row.kind, row.row.ours.row, row.row.live, false}, unit, plan.subject));
    }
    journal::Event event;
    if (whole) {
      event = journal::SubjectConverted{past.last, past.converted.source, std::move(changes), past.converted.rejected, past.converted.over_api_limit};
    } else {
      const auto left = static_cast<std::uint32_t>(past.standing.in_turn().size() + changes.list.size());
      event = journal::SubjectReverted{past.last, std::move(changes), left};
    }
    if (created != 0) conversion::add(attempt.tally, {{"links", created}}, +1);
    conversion::add(attempt.tally, past.tally, -1);
    conversion::add(attempt.tally, conversion::tally_of(event), +1);
    attempt.events.push_back(journal::draft(event, unit, plan.subject));
    ++attempt.found.subjects;
  }

  WritingRun& run_;
  const Conversion& conversion_;
  const RollbackOptions& options_;
  SourceShape source_;
  Chunks chunks_;
  // Of the unit that is being made.
  std::vector<BackPlan> plans_;
  std::vector<Part> parts_;
};

}  // namespace

RollbackResult preview_redo(Session& session, const journal::Reader& journal, const Conversion& conversion, const RollbackOptions& options,
                            const std::function<void(const BackPlan&)>& each) {
  RollbackResult result;
  LiveTables tables(session, conversion, live_table(session, conversion));
  const auto source = conversion::bind_source(session, conversion).source;
  Selection selection(journal, conversion.name(), options.scope, Direction::redo, options.chunk);
  for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
    const auto plans = plan_back(session, journal, conversion, source, tables, keys, false);
    result.untouched += keys.size() - plans.size();
    for (const auto& plan : plans) {
      if (plan.anything()) ++result.subjects;
      else if (plan.rows.empty()) ++result.untouched;
      for (const auto& row : plan.rows) {
        if (row.kind.empty()) ++result.rows;
        else result.conflicts.push_back(conflict_of(plan.subject, row));
      }
      if (each) each(plan);
    }
  }
  if (result.rows > 0) result.triggers = triggers_on(session, tables);
  return result;
}

RollbackResult redo(Environment& env, WritingRun& run, const Conversion& conversion, const RollbackOptions& options) {
  Redo redo(env, run, conversion, options);
  RollbackResult end;
  through(env, run, conversion, options, Direction::redo, [&](const Keys& keys) { return redo.chunk(keys); }, end);
  if (options.on_conflict == OnConflict::skip) again(env, options, {"refused"}, false, redo.own(), [&](const Keys& keys) { return redo.chunk(keys); }, end);
  run.journal().flush();
  auto result = redo.result();
  result.left = end.left;
  result.stopped = end.stopped;
  return result;
}

}  // namespace tidemark::engine::rollback
