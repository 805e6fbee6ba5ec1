#include "engine/conversion/held_keys.h"

#include <algorithm>

namespace tidemark::engine::conversion {

std::optional<HeldKeys> held_keys(Session& session, const Binding& binding) {
  auto keys = session.provable_foreign_keys(binding.target.shape);
  if (!keys) return std::nullopt;
  HeldKeys held;
  const auto& columns = binding.target.shape.columns;
  const auto& parent = binding.source.parent;
  for (const auto& key : *keys) {
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == key.column; });
    const bool of_subject = key.schema == binding.source.schema && key.table == binding.source.table && key.referred == binding.source.key;
    const bool of_parent = parent && key.schema == parent->schema && key.table == parent->table && key.referred == parent->key;
    if (column == columns.end() || !(of_subject || of_parent)) return std::nullopt;
    held.columns.push_back({static_cast<std::size_t>(column - columns.begin()), !of_subject});
  }
  held.keys = std::move(*keys);
  return held;
}

bool proves(const HeldKeys& held, const Binding& binding, const SourceRow& locked, const Row& row) {
  return std::all_of(held.columns.begin(), held.columns.end(), [&](const auto& column) {
    const Value& value = row[column.at];
    if (!value) return true;
    return column.parent ? locked.columns[binding.source.parent->column] == value : locked.key == *value;
  });
}

std::string to_string(const HeldKeys& held, const Binding& binding) {
  std::string text;
  for (const auto& key : held.keys) text += (text.empty() ? "" : ", ") + binding.target.shape.name + "." + key.column + " by " + key.table;
  return text;
}

}  // namespace tidemark::engine::conversion
