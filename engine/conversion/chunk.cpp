#include "engine/conversion/chunk.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "engine/conversion/portions.h"

namespace tidemark::engine::conversion {
namespace {

constexpr std::size_t kWorthProving = 50;  ///< rows: for fewer the target's own look is quick enough

/// The catalog is not as it was when the locks were matched with it: this unit must not commit.
struct ForeignKeysChanged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

Keys ChunkConverter::attempt(const Work& work, const Refusals& refusals, bool record_deferred) {
  try {
    return unit(work, refusals, record_deferred);
  } catch (const ForeignKeysChanged& change) {
    environment_.observer.say(Observer::Level::info, change.what());
    held_ = nullptr;
    return unit(work, refusals, record_deferred);
  }
}

Keys ChunkConverter::unit(const Work& work, const Refusals& refusals, bool record_deferred) {
  while (true) {
    const auto began = environment_.clock.steady();
    Keys deferred;
    journal::ChunkIntended chunk;
    journal::Tally done;
    const auto end = uow_.run("convert", environment_.limits.unit, [&](Unit& unit) {
      deferred.clear();
      chunk = {};
      done.clear();
      owners_.clear();
      const auto locked = lock(unit, work, deferred);
      if (auto parts = portions(binding_.source, locked); !parts.empty()) throw TooMuchAtOnce(std::move(parts));
      const Stamp stamp{journal::to_pg_millis(unit.at), [this] { return to_string(environment_.ids.next()); }};
      auto draws = decide(unit.session, conversion_, binding_, journal_, options_, locked, refusals, stamp);
      auto writes = writes_of(draws, binding_);
      if (!writes.empty()) step_back(unit.session, draws, writes, deferred);
      if (draws.empty() && !work.closes && (deferred.empty() || !record_deferred)) return;

      lay_out(draws);
      RowRefs sent;
      std::int64_t created = 0;
      const bool by_locks = proven(draws);
      const bool first = binding_.read_back || !writes.empty();
      if (first) sent = write(unit.session, draws, by_locks);
      if (binding_.read_back) read_back(unit.session, draws);  // what is stored may differ from what was sent: the record is of what is stored
      if (!writes.empty()) {
        RowWriter(unit.session, written()).write(writes);
        for (auto& one : writes) {
          if (!one.done) continue;
          ++chunk.rows;
          created += created_by(one.change.op);
          draws[one.subject].changes.push_back(std::move(one.change));
        }
      }
      Intent intent;
      intent.events.reserve(draws.size() + 1);
      std::vector<journal::Event> events;  // the rows stay in them while they travel
      events.reserve(draws.size());
      for (auto& draw : draws) {
        const auto rows = draw.rows.size();
        const auto& event = events.emplace_back(event_of(draw, binding_));
        for (std::size_t i = 0; !first && i < rows; ++i) sent.push_back(&std::get<journal::SubjectConverted>(event).changes.list[i].after);
        add(chunk.tally, draw.life.tally, -1);
        add(done, event, +1);
        intent.events.push_back(journal::draft(event, unit.id, draw.source->key));
      }
      created += static_cast<std::int64_t>(sent.size());
      if (created != 0) done["links"] = created;
      add(chunk.tally, done, +1);
      chunk.conversion = conversion_.name();
      chunk.events = intent.events.size();
      chunk.subjects = draws.size();
      chunk.rows += sent.size();
      chunk.closes = work.closes;
      if (record_deferred) chunk.deferred = deferred;
      intent.events.push_back(journal::draft(chunk, unit.id));
      intent.outcome = [](UtcMicros at) { return journal::ChunkCommitted{at}; };
      unit.intend(std::move(intent));  // becomes durable while the rows travel
      if (!first) insert(unit.session, sent, by_locks);
    });
    if (end == UnitEnd::voided) continue;
    if (end == UnitEnd::committed) environment_.observer.progress({chunk.subjects, chunk.rows, done, std::chrono::duration<double>(environment_.clock.steady() - began).count()});
    return deferred;
  }
}

/// The rows in the table's order, and whose they are by COPY's lines.
void ChunkConverter::lay_out(std::vector<Draw>& draws) {
  std::size_t lines = 0;
  for (auto& draw : draws) {
    if (draw.decision.rows.empty()) continue;
    owners_.emplace(lines += draw.decision.rows.size(), draw.source->key);
    draw.rows.reserve(draw.decision.rows.size());
    for (auto& row : draw.decision.rows) {
      if (binding_.read_back) draw.rows.push_back(in_table_order(binding_, row));  // what was sent goes on to COPY
      else draw.rows.push_back(in_table_order(binding_, std::move(row)));
    }
  }
}

RowRefs ChunkConverter::write(Session& session, const std::vector<Draw>& draws, bool proven) const {
  RowRefs sent;
  for (const auto& draw : draws) {
    for (const auto& row : binding_.read_back ? draw.decision.rows : draw.rows) sent.push_back(&row);
  }
  insert(session, sent, proven);
  return sent;
}

bool ChunkConverter::proven(const std::vector<Draw>& draws) const {
  if (!held_) return false;
  std::size_t rows = 0;
  for (const auto& draw : draws) {
    rows += draw.rows.size();
    if (!std::all_of(draw.rows.begin(), draw.rows.end(), [&](const Row& row) { return proves(*held_, binding_, *draw.source, row); })) return false;
  }
  return rows >= kWorthProving;
}

void ChunkConverter::insert(Session& session, const RowRefs& rows, bool proven) const {
  if (rows.empty()) return;
  const auto columns = binding_.read_back ? conversion_.tables().target_columns : std::vector<std::string>{};
  if (!proven) return session.insert_rows(binding_.target.shape, columns, rows);
  try {
    session.insert_proven_rows(binding_.target.shape, columns, rows);
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::privilege) throw ForeignKeysChanged(std::string("this role may leave the look at foreign keys out no more: ") + error.what());
    throw;
  }
  // Again behind the lock that the COPY took: no trigger and no constraint can come any more.
  if (session.provable_foreign_keys(binding_.target.shape) != held_->keys) {
    throw ForeignKeysChanged("the triggers or foreign keys of " + binding_.target.shape.name + " were changed: the target looks at each row again");
  }
}

/// Subjects that want to write rows which others hold are left for later, before anything is written.
void ChunkConverter::step_back(Session& session, std::vector<Draw>& draws, std::vector<RowWrite>& writes, Keys& deferred) const {
  RowWriter(session, written()).lock(writes);
  std::set<std::size_t> held;
  for (const auto& write : writes) {
    if (write.held) held.insert(write.subject);
  }
  if (held.empty()) return;
  std::vector<Draw> left;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (held.contains(i)) deferred.push_back(draws[i].source->key);
    else left.push_back(std::move(draws[i]));
  }
  draws = std::move(left);
  writes = writes_of(draws, binding_);
}

std::vector<const TableFacts*> ChunkConverter::written() const {
  std::vector<const TableFacts*> tables;
  for (const auto& facts : binding_.written) tables.push_back(&facts);
  return tables;
}

/// The subjects' rows FOR UPDATE, then their parents FOR SHARE; both skip what others hold, so that nobody dies in a deadlock with us.
std::vector<SourceRow> ChunkConverter::lock(Unit& unit, const Work& work, Keys& deferred) const {
  const auto& keys = work.keys;
  auto locked = work.whole ? unit.session.lock_range(binding_.source, keys) : unit.session.lock_subjects(binding_.source, keys);
  if (binding_.source.parent && !locked.empty()) {
    const auto column = binding_.source.parent->column;
    Keys parents;
    for (const auto& row : locked) {
      if (row.columns[column]) parents.push_back(*row.columns[column]);
    }
    const auto got = unit.session.lock_parents(binding_.source, parents);
    if (got.size() < parents.size()) {
      const std::unordered_set<std::string_view> have(got.begin(), got.end());
      std::erase_if(locked, [&](const SourceRow& row) { return row.columns[column] && !have.contains(*row.columns[column]); });
    }
  }
  if (locked.size() < keys.size()) {  // held by others, or deleted since
    std::unordered_set<std::string_view> have;
    for (const auto& row : locked) have.insert(row.key);
    Keys missing;
    for (const auto& key : keys) {
      if (!have.contains(key)) missing.push_back(key);
    }
    deferred = unit.session.present(binding_.source, missing);
  }
  return locked;
}

void ChunkConverter::read_back(Session& session, std::vector<Draw>& draws) const {
  const auto at = binding_.target.shape.key.front();
  Rows ids;
  for (const auto& draw : draws) {
    for (const auto& row : draw.rows) ids.push_back({row[at]});
  }
  if (ids.empty()) return;
  std::unordered_map<std::string, Row> stored;
  for (auto& row : session.rows_at(binding_.target.shape, ids)) stored.emplace(row[at].value_or(""), row);
  std::size_t line = 0;
  for (auto& draw : draws) {
    for (auto& row : draw.rows) {
      ++line;
      const auto found = stored.find(row[at].value_or(""));
      if (found == stored.end()) {
        throw TargetError(TargetError::Kind::data, "02000", "the target took the row and stored none (a trigger or rule?)",
                          "COPY " + binding_.target.shape.name + ", line " + std::to_string(line));
      }
      row = found->second;
    }
  }
}

std::string ChunkConverter::culprit(const TargetError& error) const {
  const auto at = error.context.find(", line ");
  if (error.context.find("COPY ") == std::string::npos || at == std::string::npos) return {};
  std::size_t line = 0;
  std::from_chars(error.context.data() + at + 7, error.context.data() + error.context.size(), line);
  const auto owner = line >= 1 ? owners_.lower_bound(line) : owners_.end();
  return owner != owners_.end() ? owner->second : std::string{};
}

}  // namespace tidemark::engine::conversion
