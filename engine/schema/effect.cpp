#include "engine/schema/effect.h"

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace tidemark::engine::schema {
namespace {

const HistoryRow* row_of(const History& history, const std::string& id) {
  const auto row = std::find_if(history.rows.begin(), history.rows.end(), [&](const auto& r) { return r.id == id; });
  return row == history.rows.end() ? nullptr : &*row;
}

Effect effect_of(const History& history, const journal::MigrationIntended& intent) {
  const auto* row = row_of(history, intent.history_id);
  if (!row) return Effect::gone;
  if (intent.revert) return row->rolled_back ? Effect::there : Effect::gone;
  return row->finished ? Effect::there : Effect::gone;
}

// A row that went on since (started, then applied) was there.
Effect effect_of(const History& history, const journal::HistoryIntended& intent) {
  std::size_t there = 0;
  for (std::size_t i = 0; i < intent.ids.size(); ++i) {
    const auto* row = row_of(history, intent.ids[i]);
    const auto& becomes = intent.becomes[i];
    if (row && (becomes == "started" || (becomes == "applied" && row->finished) || (becomes == "rolled_back" && row->rolled_back))) ++there;
  }
  return there == intent.ids.size() ? Effect::there : there == 0 ? Effect::gone : Effect::mixed;
}

}  // namespace

Effect effect_of(const History& history, const journal::Event& intent) {
  if (const auto* migration = std::get_if<journal::MigrationIntended>(&intent)) return effect_of(history, *migration);
  if (const auto* written = std::get_if<journal::HistoryIntended>(&intent)) return effect_of(history, *written);
  throw std::logic_error("not a unit of the schema");
}

}  // namespace tidemark::engine::schema
