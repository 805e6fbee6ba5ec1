#include "engine/conversion/chunk.h"

#include <charconv>
#include <unordered_map>
#include <unordered_set>

namespace tidemark::engine::conversion {

/// One subject on its way from the source row to its event.
struct ChunkConverter::Draw {
  const SourceRow* source = nullptr;
  Life life;
  Obstacle refused;       ///< message not empty: refused
  std::string reason;     ///< of a refusal
  Decision decision;
  Rows rows;              ///< table order: what is or will be stored
};

bool needs_work(const journal::SubjectState& state, const journal::SourceDigest& source, const ChunkOptions& options) {
  using enum journal::SubjectStatus;
  switch (state.status) {
    case none: return true;
    case converted:
    case skipped: return state.source != source;
    case refused: return options.retry_refused || state.source != source;
    case reverted:
    case partly_reverted: return options.again;  // what a person put back stays put back, also when its source is edited
  }
  return false;
}

Keys ChunkConverter::attempt(const Work& work, const Refusals& refusals, bool record_deferred) {
  while (true) {
    Keys deferred;
    journal::ChunkIntended chunk;
    const auto end = uow_.run("convert", environment_.limits.unit, [&](Unit& unit) {
      deferred.clear();
      chunk = {};
      owners_.clear();
      const auto locked = lock(unit, work.keys, deferred);
      auto draws = decide(unit, locked, refusals);
      if (draws.empty() && !work.closes && (deferred.empty() || !record_deferred)) return;

      Rows sent;
      for (const auto& draw : draws) {
        for (const auto& row : draw.decision.rows) {
          sent.push_back(row);
          owners_.push_back(draw.source->key);
        }
      }
      const auto write = [&] {
        if (!sent.empty()) unit.session.insert_rows(binding_.target.shape, conversion_.tables().target_columns, sent);
      };
      if (binding_.read_back) {  // what is stored may differ from what was sent: the record is of what is stored
        write();
        read_back(unit.session, draws);
      }
      Intent intent;
      intent.events.reserve(draws.size() + 1);
      for (const auto& draw : draws) {
        const auto event = event_of(draw);
        add(chunk.tally, draw.life.tally, -1);
        add(chunk.tally, tally_of(event), +1);
        intent.events.push_back(journal::draft(event, unit.id, draw.source->key));
      }
      if (!sent.empty()) chunk.tally["links"] += static_cast<std::int64_t>(sent.size());
      chunk.conversion = conversion_.name();
      chunk.events = intent.events.size();
      chunk.subjects = draws.size();
      chunk.rows = sent.size();
      chunk.closes = work.closes;
      if (record_deferred) chunk.deferred = deferred;
      intent.events.push_back(journal::draft(chunk, unit.id));
      intent.outcome = [](UtcMicros at) { return journal::ChunkCommitted{at}; };
      unit.intend(std::move(intent));  // becomes durable while the rows travel
      if (!binding_.read_back) write();
    });
    if (end == UnitEnd::voided) continue;
    if (end == UnitEnd::committed) environment_.observer.progress({chunk.subjects, chunk.rows, chunk.tally});
    return deferred;
  }
}

/// The subjects' rows FOR UPDATE, then their parents FOR KEY SHARE; both skip what others hold, so that nobody dies in a deadlock with us.
std::vector<SourceRow> ChunkConverter::lock(Unit& unit, const Keys& keys, Keys& deferred) const {
  auto locked = unit.session.lock_subjects(binding_.source, keys);
  if (binding_.source.parent && !locked.empty()) {
    const auto column = binding_.source.parent->column;
    Keys parents;
    for (const auto& row : locked) {
      if (row.columns[column]) parents.push_back(*row.columns[column]);
    }
    const auto got = unit.session.lock_parents(binding_.source, parents);
    const std::unordered_set<std::string> have(got.begin(), got.end());
    std::erase_if(locked, [&](const SourceRow& row) { return row.columns[column] && !have.contains(*row.columns[column]); });
  }
  if (locked.size() < keys.size()) {  // held by others, or deleted since
    std::unordered_set<std::string> have;
    for (const auto& row : locked) have.insert(row.key);
    Keys missing;
    for (const auto& key : keys) {
      if (!have.contains(key)) missing.push_back(key);
    }
    deferred = unit.session.present(binding_.source, missing);
  }
  return locked;
}

/// Rows of the target that concern each subject, in a statement later than the locks: what was committed before them is seen.
std::vector<Rows> ChunkConverter::existing(Session& session, const std::vector<SourceRow>& subjects) const {
  const auto& tables = conversion_.tables();
  std::vector<Rows> found(subjects.size());
  std::size_t id = 0, at = 0;
  while (tables.target_columns[id] != tables.id_column) ++id;
  std::vector<std::unordered_set<std::string>> seen(subjects.size());
  for (const auto& [column, source_column] : tables.match) {
    Keys values;
    std::unordered_map<std::string, std::vector<std::size_t>> whose;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const Value value = source_column < 0 ? Value(subjects[i].key) : subjects[i].columns[static_cast<std::size_t>(source_column)];
      if (!value) continue;
      if (whose[*value].empty()) values.push_back(*value);
      whose[*value].push_back(i);
    }
    for (at = 0; tables.target_columns[at] != column;) ++at;
    for (auto& row : session.rows_where(binding_.target.shape, tables.target_columns, column, values)) {
      for (const auto i : whose[row[at].value_or("")]) {
        if (seen[i].insert(row[id].value_or("")).second) found[i].push_back(row);
      }
    }
  }
  return found;
}

std::vector<ChunkConverter::Draw> ChunkConverter::decide(Unit& unit, const std::vector<SourceRow>& locked, const Refusals& refusals) const {
  Keys keys;
  for (const auto& row : locked) keys.push_back(row.key);
  const auto states = journal_.subject_states(conversion_.name(), keys);
  std::vector<SourceRow> todo;
  std::vector<Draw> draws;
  for (std::size_t i = 0; i < locked.size(); ++i) {
    if (!needs_work(states[i], locked[i].digest, options_)) continue;
    Draw& draw = draws.emplace_back();
    draw.source = &locked[i];
    if (states[i].last != 0) draw.life = life_of(journal_, conversion_.name(), locked[i].key);
    todo.push_back(locked[i]);
  }
  if (draws.empty()) return draws;
  const auto there = existing(unit.session, todo);
  const Stamp stamp{journal::to_pg_millis(unit.at), [this] { return to_string(environment_.ids.next()); }};
  std::size_t id = 0;
  while (conversion_.tables().target_columns[id] != conversion_.tables().id_column) ++id;

  for (std::size_t i = 0; i < draws.size(); ++i) {
    Draw& draw = draws[i];
    const SourceRow& source = *draw.source;
    if (const auto refused = refusals.find(source.key); refused != refusals.end()) {
      draw.refused = refused->second;
      draw.reason = "target";
      continue;
    }
    if (!source.value && source.bytes > binding_.source.max_value_bytes) {
      draw.refused.message = std::to_string(source.bytes) + " bytes; at most " + std::to_string(binding_.source.max_value_bytes);
      draw.reason = "source_too_large";
      continue;
    }
    Rows gone;
    for (const auto& [key, row] : draw.life.rows) {
      const Row ours = in_sent_order(binding_, row);
      bool same = false;
      for (const auto& live : there[i]) same = same || (live[id] == ours[id] && conversion_.identity(live) == conversion_.identity(ours));
      if (!same) gone.push_back(ours);
    }
    draw.decision = conversion_.decide({source.key, source.columns, source.value, binding_.text_column}, there[i], gone, stamp);
    for (const auto& sent : draw.decision.rows) {
      draw.rows.push_back(in_table_order(binding_, sent));
      if (draw.refused.message.empty()) draw.refused = obstacle(binding_, draw.rows.back());
    }
    if (!draw.refused.message.empty()) {
      draw.reason = "target";
      draw.rows.clear();
      draw.decision.rows.clear();
    }
  }
  return draws;
}

void ChunkConverter::read_back(Session& session, std::vector<Draw>& draws) const {
  const auto at = binding_.target.shape.key.front();
  Keys ids;
  for (const auto& draw : draws) {
    for (const auto& row : draw.rows) ids.push_back(row[at].value_or(""));
  }
  if (ids.empty()) return;
  std::unordered_map<std::string, Row> stored;
  for (auto& row : session.lock_rows(binding_.target.shape, ids)) stored.emplace(row[at].value_or(""), row);
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

journal::Event ChunkConverter::event_of(const Draw& draw) const {
  const auto previous = draw.life.state.last;
  const auto& source = draw.source->digest;
  if (!draw.reason.empty()) return journal::SubjectRefused{previous, source, draw.reason, draw.refused.sqlstate, draw.refused.message};
  const auto& decision = draw.decision;
  // A subject that has rows of ours stays converted when there is nothing new to create.
  if (decision.outcome == Decision::Outcome::skipped && draw.life.rows.empty()) {
    return journal::SubjectSkipped{previous, source, decision.reason, decision.rejected};
  }
  journal::SubjectConverted event{previous, source, {}, decision.rejected, decision.over_api_limit};
  for (const auto& row : draw.rows) event.changes.list.push_back({binding_.target.shape.no, journal::Op::insert, {}, row});
  return event;
}

std::string ChunkConverter::culprit(const TargetError& error) const {
  const auto at = error.context.find(", line ");
  if (error.context.find("COPY ") == std::string::npos || at == std::string::npos) return {};
  std::size_t line = 0;
  std::from_chars(error.context.data() + at + 7, error.context.data() + error.context.size(), line);
  return line >= 1 && line <= owners_.size() ? owners_[line - 1] : std::string{};
}

}  // namespace tidemark::engine::conversion
