#include "engine/rollback/chunks.h"

#include <algorithm>
#include <set>

#include "engine/conversion/pipeline.h"
#include "engine/rollback/pieces.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

const char* name_of(journal::WorkKind work) { return work == journal::WorkKind::redo ? "redo" : "rollback"; }

}  // namespace

Chunks::Chunks(Environment& env, WritingRun& run, const conversion::Conversion& conversion, journal::WorkKind work, std::string refused, Body body)
    : env_(env), run_(run), conversion_(conversion), work_(work), refused_(std::move(refused)), body_(std::move(body)), uow_(env, run.right(), run.connection()),
      tables_(run.connection().session(), conversion, live_table(run.connection().session(), conversion)) {
  std::set<std::pair<std::string, std::string>> names{{tables_.facts().front()->shape.schema, tables_.facts().front()->shape.name}};
  for (const auto& [_, shape] : run.reader().tables()) names.emplace(shape.schema, shape.name);
  for (const auto& [schema, name] : names) {
    if (auto* live = tables_.find(schema, name)) describe(*live);
  }
}

void Chunks::describe(Live& table) {
  if (table.facts.shape.key.empty()) return;
  conversion::describe_once(run_.journal(), run_.reader(), table.facts.shape);
  run_.journal().flush();
}

Keys Chunks::chunk(const Keys& subjects) {
  return in_pieces(env_, run_.connection(), subjects, [this](const Keys& piece) { return attempt(piece); },
                   [this](const std::string& subject, const TargetError& error) {
                     const auto& shape = tables_.facts().front()->shape;
                     result.conflicts.push_back({subject, shape.schema + "." + shape.name, "", refused_, error.what()});
                   });
}

Keys Chunks::attempt(const Keys& subjects) {
  while (true) {
    Attempt attempt;
    const auto end = uow_.run(name_of(work_), env_.limits.unit, [&](Unit& unit) {
      attempt = {};
      tables_.use(unit.session);
      body_(unit, subjects, attempt);
      conversion::RowWriter writer(unit.session, tables_.facts());
      auto& writes = attempt.writes;
      std::vector<journal::RowChange> foreseen;
      for (const auto& write : writes) {
        auto change = writer.foresee(write);
        if (!change) break;
        foreseen.push_back(std::move(*change));
      }
      const bool all = foreseen.size() == writes.size();
      if (!all) writer.write(writes);  // what is stored may differ from what is sent: the record is of what is stored
      std::vector<journal::RowChange> changes;
      for (std::size_t i = 0; i < writes.size(); ++i) changes.push_back(all ? std::move(foreseen[i]) : std::move(writes[i].change));
      attempt.changes = std::move(changes);
      if (attempt.record) attempt.record();
      if (attempt.events.empty()) return;
      attempt.found.rows = writes.size();
      journal::ChunkIntended intended;
      intended.conversion = conversion_.name();
      intended.work = work_;
      intended.events = attempt.events.size();
      intended.subjects = attempt.found.subjects;
      intended.rows = attempt.found.rows;
      intended.tally = attempt.tally;
      attempt.events.push_back(journal::draft(intended, unit.id));
      Intent intent{std::move(attempt.events), [](UtcMicros at) { return journal::ChunkCommitted{at}; }};
      unit.intend(std::move(intent));  // becomes durable while the rows are written
      if (all) writer.write(writes, true);
    });
    if (end == UnitEnd::voided) continue;
    const auto& found = attempt.found;
    if (end == UnitEnd::committed) {
      env_.observer.progress({found.subjects, found.rows, attempt.tally});
      result.subjects += found.subjects;
      result.rows += found.rows;
    }
    result.untouched += found.untouched;
    result.conflicts.insert(result.conflicts.end(), found.conflicts.begin(), found.conflicts.end());
    return attempt.left;
  }
}

void through(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options, Direction direction,
             const std::function<Keys(const Keys&)>& chunk, RollbackResult& result, Seq from) {
  Selection selection(run.reader(), conversion.name(), options.scope, direction, options.chunk, from);
  result.left = through(env, [&] { return selection.next(); }, chunk);
  result.stopped = env.stop.requested();
  run.journal().flush();
}

void again(Environment& env, const RollbackOptions& options, const std::set<std::string>& kinds, bool counted, RollbackResult& found, const std::function<Keys(const Keys&)>& chunk, RollbackResult& result) {
  for (std::uint64_t rows = 0; !result.stopped && found.rows > rows;) {
    std::set<std::string> held;
    for (const auto& conflict : found.conflicts) {
      if (kinds.contains(conflict.kind)) held.insert(conflict.subject);
    }
    if (held.empty()) return;
    rows = found.rows;
    const auto subjects = found.subjects;
    std::vector<Conflict> before;
    before.swap(found.conflicts);
    Keys batch, asked;
    for (auto key = held.begin(); key != held.end() && !env.stop.requested();) {
      batch.push_back(*key);
      asked.push_back(*key);
      if (++key != held.end() && batch.size() < options.chunk) continue;
      for (auto& left : chunk(batch)) result.left.push_back(std::move(left));
      batch.clear();
    }
    result.stopped = env.stop.requested();
    std::sort(asked.begin(), asked.end());
    for (auto& conflict : before) {
      if (!std::binary_search(asked.begin(), asked.end(), conflict.subject)) found.conflicts.push_back(std::move(conflict));
    }
    if (counted) found.subjects = subjects;  // each once
  }
}

}  // namespace tidemark::engine::rollback
