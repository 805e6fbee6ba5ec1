#include "engine/lost_units.h"

#include <algorithm>

namespace tidemark::engine {

Place place_of(const TableShape& table, const Row& row) {
  Row key;
  for (const auto at : table.key) key.push_back(row.at(at));
  return {table.schema + "." + table.name, std::move(key)};
}

namespace {

Effect effect_of(const Finding& finding) {
  if (finding.other > 0 || (finding.there > 0 && finding.gone > 0)) return Effect::mixed;
  return finding.there > 0 ? Effect::there : finding.gone > 0 ? Effect::gone : Effect::unproven;
}

}  // namespace

Finding look(const std::vector<RowChange>& changes, const journal::UnitInfo& unit, std::optional<UtcMicros> receipt, const Shapes& tables, Past& past, std::size_t at) {
  Finding finding{unit, Effect::unproven, 0, 0, 0, receipt};
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    const auto& table = tables.at(change->table);
    const bool insert = change->op == journal::Op::insert, remove = change->op == journal::Op::remove;
    const auto from = insert ? Place{} : place_of(table, change->before), to = remove ? Place{} : place_of(table, change->after);
    if ((!insert && past.unknown(from)) || (!remove && past.unknown(to))) continue;
    const Row* before = insert ? nullptr : past.at(from);
    const Row* after = remove ? nullptr : past.at(to);
    if (remove && !before && past.inserted.contains(from)) {
      past.forget(from, at);
    } else if (remove ? !before : after && *after == change->after) {
      ++finding.there;
      if (!remove && (insert || from != to)) {
        past.set(to, std::nullopt);
        past.seen_inserted(to, at);
      }
      if (!insert) past.set(from, change->before);
    } else if (insert ? !after : (before && *before == change->before) || (!before && !after && past.inserted.contains(from))) {
      ++finding.gone;
    } else {
      ++finding.other;
    }
  }
  finding.effect = effect_of(finding);
  return finding;
}

void go_together(std::vector<Finding>& findings, const std::vector<Past::Tie>& ties, const Cut& cut) {
  std::vector<std::uint64_t> tied(findings.size());
  for (const auto& tie : ties) ++tied[tie.newer];
  std::size_t turn = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    auto& finding = findings[i];
    if (finding.receipt) continue;
    const bool lost = turn++ < cut.lost();
    const bool by_schema = finding.effect == Effect::there && finding.there == 0;  // of a migration
    if (finding.other == 0 && finding.there <= tied[i] && !by_schema) finding.effect = lost || finding.gone > 0 ? Effect::gone : Effect::there;
  }
}

}  // namespace tidemark::engine
