#include <algorithm>

#include "engine/conversion/life.h"

namespace tidemark::engine::conversion {

Place place_of(const OwnRow& row, const Shapes& shapes) {
  const auto& table = shapes.at(row.table);
  journal::Row key;
  for (const auto at : table.key) key.push_back(row.row.at(at));
  return {table.schema + "." + table.name, std::move(key)};
}

void Effects::change(journal::RowChange change, const Shapes& shapes) {
  Effect effect;
  effect.turn = ++turns_;
  if (change.op != journal::Op::insert) effect.before = OwnRow{change.table, std::move(change.before)};
  if (change.op != journal::Op::remove) effect.after = OwnRow{change.table, std::move(change.after)};
  // On top of an earlier change of ours: what was before that one is what an undo brings back.
  if (effect.before) {
    if (const auto earlier = standing_.find(place_of(*effect.before, shapes)); earlier != standing_.end()) {
      effect.before = std::move(earlier->second.before);
      standing_.erase(earlier);
    }
  } else if (const auto gone = removed_.find(place_of(*effect.after, shapes)); gone != removed_.end()) {
    effect.before = std::move(gone->second.before);
    removed_.erase(gone);
  }
  if (!effect.before && !effect.after) return;
  if (effect.before && effect.after && effect.before->table == effect.after->table && effect.before->row == effect.after->row) return;
  auto place = place_of(effect.after ? *effect.after : *effect.before, shapes);
  (effect.after ? standing_ : removed_).insert_or_assign(std::move(place), std::move(effect));
}

void Effects::take_back(const journal::RowChange& change, const Shapes& shapes) {
  const auto drop = [](auto& effects, const auto& found) {
    if (found == effects.end()) return false;
    effects.erase(found);
    return true;
  };
  if (change.op != journal::Op::insert) {
    const auto place = place_of({change.table, change.before}, shapes);
    if (drop(standing_, standing_.find(place))) return;
    drop(removed_, removed_.find(place));  // somebody had made the row again, and it was overwritten
    return;
  }
  const auto place = place_of({change.table, change.after}, shapes);
  if (drop(removed_, removed_.find(place))) return;
  // A row that we had changed and somebody deleted, brought back as it was before us.
  drop(standing_, std::find_if(standing_.begin(), standing_.end(), [&](const auto& e) { return e.second.before && place_of(*e.second.before, shapes) == place; }));
}

OwnRows Effects::rows() const& {
  OwnRows rows;
  for (const auto& [place, effect] : standing_) rows.emplace_hint(rows.end(), place, *effect.after);
  return rows;
}

OwnRows Effects::rows() && {
  OwnRows rows;
  while (!standing_.empty()) {
    auto first = standing_.extract(standing_.begin());
    rows.emplace_hint(rows.end(), std::move(first.key()), std::move(*first.mapped().after));
  }
  removed_.clear();
  return rows;
}

std::vector<Effect> Effects::in_turn() const& { return Effects(*this).taken(); }
std::vector<Effect> Effects::in_turn() && { return taken(); }

std::vector<Effect> Effects::taken() {
  std::vector<Effect> all;
  all.reserve(standing_.size() + removed_.size());
  for (auto* effects : {&standing_, &removed_}) {
    for (auto& [_, effect] : *effects) all.push_back(std::move(effect));
    effects->clear();
  }
  std::sort(all.begin(), all.end(), [](const Effect& a, const Effect& b) { return a.turn < b.turn; });
  return all;
}

}  // namespace tidemark::engine::conversion
