#include "engine/conversion/decide.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace tidemark::engine::conversion {
namespace {

/// Rows of the target that concern each subject, in a statement later than the locks: what was committed before them is seen.
std::vector<Rows> existing(Session& session, const Conversion& conversion, const Binding& binding, const std::vector<const SourceRow*>& subjects) {
  const auto& tables = conversion.tables();
  std::vector<Rows> found(subjects.size());
  if (!binding.target_exists) return found;
  std::size_t id = 0, at = 0;
  while (tables.target_columns[id] != tables.id_column) ++id;
  std::vector<std::unordered_set<std::string>> seen(subjects.size());
  for (const auto& [column, source_column] : tables.match) {
    const auto owner = [&, source_column = source_column](std::size_t i) -> const std::string* {
      if (source_column < 0) return &subjects[i]->key;
      const Value& value = subjects[i]->columns[static_cast<std::size_t>(source_column)];
      return value ? &*value : nullptr;
    };
    Keys values;
    values.reserve(subjects.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      if (const auto* value = owner(i)) values.push_back(*value);
    }
    const auto rows = session.rows_where(binding.target.shape, tables.target_columns, column, values);
    std::unordered_map<std::string_view, std::vector<std::size_t>> whose;
    for (std::size_t i = 0; !rows.empty() && i < subjects.size(); ++i) {
      if (const auto* value = owner(i)) whose[*value].push_back(i);
    }
    for (at = 0; tables.target_columns[at] != column;) ++at;
    for (const auto& row : rows) {
      for (const auto i : whose[row[at] ? std::string_view(*row[at]) : std::string_view()]) {
        if (seen[i].insert(row[id].value_or("")).second) found[i].push_back(row);
      }
    }
  }
  return found;
}

}  // namespace

bool needs_work(const journal::SubjectState& state, const journal::SourceDigest& source, const ChunkOptions& options) {
  using enum journal::SubjectStatus;
  switch (state.status) {
    case none: return true;
    case converted:
    case skipped: return state.source != source;
    case refused: return options.retry_refused || state.source != source;
    case reverted:
    case partly_reverted:
    case erased: return options.again;  // what a person put back stays put back, also when its source is edited
  }
  return false;
}

std::vector<Draw> decide(Session& session, const Conversion& conversion, const Binding& binding, const journal::Reader* journal,
                         const ChunkOptions& options, const std::vector<SourceRow>& locked, const Refusals& refusals, const Stamp& stamp) {
  Keys keys;
  for (const auto& row : locked) keys.push_back(row.key);
  const auto states = journal ? journal->subject_states(conversion.name(), keys) : std::vector<journal::SubjectState>(keys.size());
  const auto tables = journal ? journal->tables() : std::map<std::uint32_t, TableShape>{};
  std::vector<const SourceRow*> todo;
  std::vector<Draw> draws;
  for (std::size_t i = 0; i < locked.size(); ++i) {
    if (!needs_work(states[i], locked[i].digest, options)) continue;
    Draw& draw = draws.emplace_back();
    draw.source = &locked[i];
    if (states[i].last != 0) draw.life = life_of(*journal, conversion.name(), locked[i].key, tables);
    todo.push_back(&locked[i]);
  }
  if (draws.empty()) return draws;
  Keys asked;
  for (const auto* source : todo) {
    if (!refusals.contains(source->key) && (source->value || source->bytes <= binding.source.max_value_bytes)) asked.push_back(source->key);
  }
  const auto answers = conversion.ask(session, binding.source, asked, stamp);
  const auto there = existing(session, conversion, binding, todo);
  std::size_t id = 0;
  while (conversion.tables().target_columns[id] != conversion.tables().id_column) ++id;

  for (std::size_t i = 0; i < draws.size(); ++i) {
    Draw& draw = draws[i];
    const SourceRow& source = *draw.source;
    if (const auto refused = refusals.find(source.key); refused != refusals.end()) {
      draw.refused = refused->second;
      draw.reason = "target";
      continue;
    }
    if (!source.value && source.bytes > binding.source.max_value_bytes) {
      draw.refused.message = std::to_string(source.bytes) + " bytes; at most " + std::to_string(binding.source.max_value_bytes);
      draw.reason = "source_too_large";
      continue;
    }
    const auto answer = answers.find(source.key);
    if (answer != answers.end() && !answer->second.refused.empty()) {
      draw.refused = {answer->second.sqlstate, answer->second.refused};
      draw.reason = "source";
      continue;
    }
    Rows gone;
    for (const auto& [key, own] : draw.life.rows()) {
      const Row ours = in_sent_order(conversion, tables.at(own.table), own.row);
      bool same = false;
      for (const auto& live : there[i]) same = same || (live[id] == ours[id] && conversion.identity(live) == conversion.identity(ours));
      if (!same) gone.push_back(ours);
    }
    draw.decision = conversion.decide({source.key, source.columns, source.value, binding.text_column, answer == answers.end() ? nullptr : &answer->second}, there[i], gone, stamp);
    for (const auto& sent : draw.decision.rows) {
      if (binding.target_exists && draw.refused.message.empty()) draw.refused = obstacle(binding, sent);
    }
    if (!draw.refused.message.empty()) {
      draw.reason = "target";
      draw.decision.rows.clear();
      draw.decision.writes.clear();
    }
  }
  return draws;
}

std::vector<RowWrite> writes_of(const std::vector<Draw>& draws, const Binding& binding) {
  const auto mistake = [](const std::string& table, const std::string& what) {
    return Failure(ExitCode::failed, "writing rows", "table " + table, what, "This chunk was rolled back.", "the conversion's own description of its writes is wrong");
  };
  std::vector<RowWrite> writes;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    for (const auto& wanted : draws[i].decision.writes) {
      const auto table = std::find_if(binding.written.begin(), binding.written.end(), [&](const auto& facts) { return facts.shape.name == wanted.table; });
      if (table == binding.written.end()) throw mistake(wanted.table, "it is not among the tables that the conversion writes");
      const auto& shape = table->shape;
      auto& write = writes.emplace_back();
      write.op = static_cast<RowWrite::Op>(wanted.op);
      write.subject = i;
      write.table = static_cast<std::size_t>(table - binding.written.begin());
      for (const auto& [name, value] : wanted.values) {
        const auto column = std::find_if(shape.columns.begin(), shape.columns.end(), [&name = name](const auto& c) { return c.name == name; });
        if (column == shape.columns.end()) throw mistake(wanted.table, "there is no column \"" + name + "\"");
        write.set[static_cast<std::uint32_t>(column - shape.columns.begin())] = value;
      }
      const auto& named = wanted.op == Write::Op::insert ? wanted.values : wanted.key;
      for (const auto at : shape.key) {
        const auto& name = shape.columns[at].name;
        const auto value = named.find(name);
        if (value == named.end() || !value->second) throw mistake(wanted.table, "the key's column \"" + name + "\" has no value");
        write.key.push_back(value->second);
      }
    }
  }
  return writes;
}

journal::Event event_of(Draw& draw, const Binding& binding) {
  const auto previous = draw.life.state.last;
  const auto& source = draw.source->digest;
  if (!draw.reason.empty()) return journal::SubjectRefused{previous, source, draw.reason, draw.refused.sqlstate, draw.refused.message};
  const auto& decision = draw.decision;
  // A subject that has rows of ours stays converted when there is nothing new to create.
  if (decision.outcome == Decision::Outcome::skipped && draw.life.rows().empty()) {
    return journal::SubjectSkipped{previous, source, decision.reason, decision.rejected};
  }
  journal::SubjectConverted event{previous, source, {}, decision.rejected, decision.over_api_limit};
  for (auto& row : draw.rows) event.changes.list.push_back({binding.target.shape.no, journal::Op::insert, {}, std::move(row)});
  for (auto& change : draw.changes) event.changes.list.push_back(std::move(change));
  return event;
}

}  // namespace tidemark::engine::conversion
