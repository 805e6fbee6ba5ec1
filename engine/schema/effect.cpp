#include "engine/schema/effect.h"

#include <algorithm>

namespace tidemark::engine::schema {

Effect effect_of(const History& history, const journal::MigrationIntended& intent) {
  const auto row = std::find_if(history.rows.begin(), history.rows.end(), [&](const auto& r) { return r.id == intent.history_id; });
  if (row == history.rows.end()) return Effect::gone;
  if (intent.revert) return row->rolled_back ? Effect::there : Effect::gone;
  return row->finished ? Effect::there : Effect::gone;
}

}  // namespace tidemark::engine::schema
