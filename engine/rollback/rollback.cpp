#include "engine/rollback/rollback.h"

#include <algorithm>
#include <set>

#include "engine/conversion/binding.h"
#include "engine/rollback/chunks.h"
#include "engine/rollback/sweep.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::RowWrite;

/// What an undo took along by force, deepest first: rows that refer to ours, removed or without their reference.
std::vector<RowWrite> taken_along(const RowPlan& row, LiveTables& tables) {
  std::vector<RowWrite> writes;
  for (auto d = row.dependents.rbegin(); d != row.dependents.rend(); ++d) {
    const auto* live = tables.find(d->schema, d->table);
    const auto& shape = live->facts.shape;
    auto& write = writes.emplace_back();
    write.table = tables.position(*live);
    write.key = conversion::key_in(shape, d->row);
    write.op = d->goes ? RowWrite::Op::remove : RowWrite::Op::update;
    if (d->goes) continue;
    for (const auto& name : d->columns) {
      for (std::uint32_t i = 0; i < shape.columns.size(); ++i) {
        if (shape.columns[i].name == name) write.set[i] = std::nullopt;
      }
    }
  }
  return writes;
}

class Undo {
 public:
  Undo(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options)
      : env_(env), run_(run), conversion_(conversion), options_(options), source_(conversion::bind_source(run.connection().session(), conversion).source),
        chunks_(env, run, conversion, journal::WorkKind::rollback, "restricted", [this](Unit& unit, const Keys& subjects, Attempt& attempt) { body(unit, subjects, attempt); }) {
    if (options.on_conflict == OnConflict::force) describe_referring();
  }

  Keys chunk(const Keys& subjects) {
    if (options_.cascade) undo_first(subjects);
    return chunks_.chunk(subjects);
  }

  RollbackResult& own() { return chunks_.result; }
  RollbackResult result() const {
    auto all = chunks_.result;
    for (const auto& [_, other] : others_) {
      const auto more = other->result();
      all.subjects += more.subjects;
      all.rows += more.rows;
      all.conflicts.insert(all.conflicts.end(), more.conflicts.begin(), more.conflicts.end());
    }
    return all;
  }

 private:
  /// One subject's part of a unit.
  struct Part {
    const SubjectPlan* plan = nullptr;
    std::vector<std::pair<std::size_t, const RowPlan*>> writes;  ///< positions in Attempt::writes; of rows taken along: nullptr
    std::vector<journal::RevertConflict> conflicts;
    std::uint32_t left = 0;
  };

  void body(Unit& unit, const Keys& subjects, Attempt& attempt) {
    auto& tables = chunks_.tables();
    plans_ = plan(unit.session, run_.reader(), conversion_.name(), subjects, tables, true);
    look_closer(unit.session, run_.reader(), conversion_.name(), source_, tables, plans_);
    shapes_ = run_.reader().tables();
    parts_.clear();
    for (auto& plan : plans_) {
      if (std::any_of(plan.rows.begin(), plan.rows.end(), [](const auto& row) { return row.found == Found::locked; })) {
        attempt.left.push_back(plan.subject);
      } else if (plan.rows.empty() && plan.life.state.status != journal::SubjectStatus::converted) {
        ++attempt.found.untouched;
      } else {
        decide(plan, attempt);
      }
    }
    attempt.record = [this, id = unit.id, &attempt] {
      for (const auto& part : parts_) record(part, id, attempt);
    };
  }

  /// What is written of one subject, last change first, and what is in the way.
  void decide(SubjectPlan& plan, Attempt& attempt) {
    auto& part = parts_.emplace_back();
    part.plan = &plan;
    const auto add = [&](RowWrite write, const RowPlan* row) {
      write.subject = parts_.size();
      part.writes.emplace_back(attempt.writes.size(), row);
      attempt.writes.push_back(std::move(write));
    };
    for (auto row = plan.rows.rbegin(); row != plan.rows.rend(); ++row) {
      if (!clear(*row)) {
        auto conflict = conflict_of(plan.subject, *row);
        const bool force = options_.on_conflict == OnConflict::force && forceable(*row, shapes_, chunks_.tables());
        conflict.forced = force || (options_.on_conflict == OnConflict::force && row->found == Found::deleted);
        if (options_.on_conflict == OnConflict::stop) {
          throw Failure(ExitCode::conflicts, "rolling back profile " + plan.subject, row->table + " row " + conflict.key,
                        "it is not as the engine left it: " + conflict.kind + ", " + std::string(explain(conflict.kind)),
                        "This chunk was rolled back; chunks before it stay undone and recorded.", "tidemark rollback … --on-conflict skip, or force");
        }
        part.conflicts.push_back({row->ours.table, conflict.kind, row->ours.row, row->live, force});
        attempt.found.conflicts.push_back(std::move(conflict));
        if (!force) {
          part.left += row->found == Found::deleted ? 0 : 1;  // what a user deleted is not left
          continue;
        }
        for (auto& write : taken_along(*row, chunks_.tables())) add(std::move(write), nullptr);
      }
      add(inverse_of(*row, std::move(row->live), shapes_, chunks_.tables()), &*row);
    }
  }

  /// One subject's events: its conflicts, then the inverse changes. Nothing, if there is nothing new to say.
  void record(const Part& part, UnitId unit, Attempt& attempt) {
    const auto& state = part.plan->life.state;
    journal::SubjectReverted reverted{state.last, {}, part.left};
    std::int64_t created = 0;
    for (const auto& [at, row] : part.writes) {
      auto& change = attempt.changes[at];
      if (change.before.empty() && change.after.empty()) continue;  // a row to be taken along that is gone by itself
      created += conversion::created_by(change.op);
      if (row && altered(attempt.writes[at], change)) attempt.found.conflicts.push_back({part.plan->subject, row->table, key_text(row->key), "altered", "", false});
      reverted.changes.list.push_back(std::move(change));
    }
    using Status = journal::SubjectStatus;
    const bool said = state.status == Status::partly_reverted || (state.status == Status::reverted && reverted.left == 0);
    if (reverted.changes.list.empty() && said) return;
    const journal::Event event = reverted;
    if (created != 0) conversion::add(attempt.tally, {{"links", created}}, +1);
    conversion::add(attempt.tally, part.plan->life.tally, -1);
    conversion::add(attempt.tally, conversion::tally_of(event), +1);
    for (const auto& conflict : part.conflicts) attempt.events.push_back(journal::draft(conflict, unit, part.plan->subject));
    attempt.events.push_back(journal::draft(event, unit, part.plan->subject));
    ++attempt.found.subjects;
  }

  /// The records that stand on top of these subjects' rows, undone by units of their own, each once.
  void undo_first(const Keys& subjects) {
    auto plans = run_.connection().ask([&](Session& session) {
      chunks_.tables().use(session);
      return plan(session, run_.reader(), conversion_.name(), subjects, chunks_.tables(), false);
    });
    find_superseded(run_.reader(), conversion_.name(), plans);
    for (const auto& plan : plans) {
      for (const auto& row : plan.rows) {
        if (!row.superseded || !undone_first_.insert({row.superseded->conversion, row.superseded->subject}).second) continue;
        if (auto* undo = of(row.superseded->conversion)) undo->chunk({row.superseded->subject});
        run_.journal().flush();
      }
    }
  }
  Undo* of(const std::string& name) {
    if (name == conversion_.name()) return this;
    if (const auto known = others_.find(name); known != others_.end()) return known->second.get();
    const auto found = std::find_if(options_.others.begin(), options_.others.end(), [&](const auto* other) { return other->name() == name; });
    if (found == options_.others.end()) return nullptr;  // it stays a conflict
    return others_.emplace(name, std::make_unique<Undo>(env_, run_, **found, options_)).first->second.get();
  }

  /// Rows of tables that refer to ours may be removed by force, and are recorded then.
  void describe_referring() {
    auto& tables = chunks_.tables();
    for (std::size_t i = 0; i < tables.facts().size(); ++i) {
      const auto shape = tables.facts()[i]->shape;
      for (const auto& reference : conversion::references_to(run_.connection().session(), shape)) {
        if (auto* live = tables.find(reference.schema, reference.table)) chunks_.describe(*live);
      }
    }
  }

  Environment& env_;
  WritingRun& run_;
  const conversion::Conversion& conversion_;
  const RollbackOptions& options_;
  SourceShape source_;
  Chunks chunks_;
  // Of the unit that is being made.
  std::vector<SubjectPlan> plans_;
  conversion::Shapes shapes_;
  std::vector<Part> parts_;
  std::set<std::pair<std::string, std::string>> undone_first_;
  std::map<std::string, std::unique_ptr<Undo>> others_;
};

}  // namespace

Conflict conflict_of(const std::string& subject, const RowPlan& row) {
  std::string about = describe(row.dependents);
  if (row.superseded) about = "by profile " + row.superseded->subject + " of " + row.superseded->conversion + ", event #" + std::to_string(row.superseded->seq);
  return {subject, row.table, key_text(row.key), kind_of(row), about, false};
}

RollbackResult rollback(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options) {
  Swept swept;
  if (can_sweep(options)) {
    swept = sweep(env, run, conversion, options);
    if (swept.result.stopped || !swept.left) return swept.result;
  }
  Undo undo(env, run, conversion, options);
  RollbackResult end;
  through(env, run, conversion, options, Direction::undo, [&](const Keys& keys) { return undo.chunk(keys); }, end, swept.left.value_or(0));
  if (options.on_conflict == OnConflict::skip) again(env, options, {"restricted", "cascades"}, true, undo.own(), [&](const Keys& keys) { return undo.chunk(keys); }, end);
  run.journal().flush();
  auto result = undo.result();
  result.subjects += swept.result.subjects;
  result.rows += swept.result.rows;
  result.left = end.left;
  result.stopped = end.stopped;
  return result;
}

}  // namespace tidemark::engine::rollback
