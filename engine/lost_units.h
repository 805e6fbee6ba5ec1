#pragma once
/// What is left of units that the target has no receipt of, or that the journal gave up: told by their rows, newest first, each older unit seen
/// through the newer ones. Pure.

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "engine/reconcile.h"

namespace tidemark::engine {

using journal::RowChange;
using Place = std::pair<std::string, Row>;  ///< qualified table and key
using Shapes = std::map<std::uint32_t, TableShape>;

/// (table, key) of a row, whichever shape it was recorded in.
Place place_of(const TableShape& table, const Row& row);

/// How rows stood before the units looked at so far, which are newer: where one is there, an older unit must be seen through it.
class Past {
 public:
  std::set<Place> concerned;  ///< rows that some unit of these touched
  /// Rows that some unit of these inserted: that one is not there proves nothing about a unit that removed it.
  std::set<Place> inserted;
  std::map<Place, Row> live;

  bool unknown(const Place& place) const { return unknown_.contains(place); }
  const Row* at(const Place& place) const {
    if (const auto then = before_.find(place); then != before_.end()) return then->second ? &*then->second : nullptr;
    const auto now = live.find(place);
    return now == live.end() ? nullptr : &now->second;
  }
  void set(const Place& place, std::optional<Row> row) { before_[place] = std::move(row); }
  /// Steps back behind a newer unit on which journal and target agree.
  void step_back(const std::vector<RowChange>& changes, const Shapes& tables) {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      const auto& table = tables.at(change->table);
      if (change->op != journal::Op::remove) {
        if (const auto place = place_of(table, change->after); concerned.contains(place)) set(place, std::nullopt);
      }
      if (change->op != journal::Op::insert) {
        if (const auto place = place_of(table, change->before); concerned.contains(place)) set(place, change->before);
      }
    }
  }
  /// A row that a newer unit inserted is there, and an older unit removed it: both or neither took place. What is known of one holds for the other.
  struct Tie { std::size_t newer, older; };
  std::vector<Tie> ties;
  void seen_inserted(const Place& place, std::size_t by) { inserted_by_[place] = by; }
  void forget(const Place& place, std::size_t older) {
    unknown_.insert(place);
    if (const auto newer = inserted_by_.find(place); newer != inserted_by_.end()) ties.push_back({newer->second, older});
  }

 private:
  std::map<Place, std::size_t> inserted_by_;  ///< by position among the findings
  std::map<Place, std::optional<Row>> before_;
  std::set<Place> unknown_;
};

/// @param at  its position among the findings
Finding look(const std::vector<RowChange>& changes, const journal::UnitInfo& unit, std::optional<UtcMicros> receipt, const Shapes& tables, Past& past, std::size_t at);

/// Which of the units without a receipt are lost if the target lost all after some moment? Steps back through them, newest first, and sees after
/// each how many of their rows are as they would be had it and all newer ones not taken place.
class Cut {
 public:
  /// A unit without a receipt, unless `agreed`: then it did take place.
  void step(const std::vector<RowChange>& changes, const Shapes& tables, const std::map<Place, Row>& live, bool agreed) {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      const auto& table = tables.at(change->table);
      const bool insert = change->op == journal::Op::insert, remove = change->op == journal::Op::remove;
      const auto from = insert ? Place{} : place_of(table, change->before), to = remove ? Place{} : place_of(table, change->after);
      if (!remove) back(to, change->after, !insert && from == to ? std::optional(change->before) : std::nullopt, live, agreed);
      if (!insert && (remove || from != to)) back(from, std::nullopt, change->before, live, agreed);
    }
    if (!agreed) wrong_.push_back(now_wrong_);
  }
  /// Of how many, from the newest. All if that fits the rows as well as any: a restore takes receipts and rows together.
  std::size_t lost() const {
    const auto least = std::min_element(wrong_.begin(), wrong_.end());
    return wrong_.back() == *least ? wrong_.size() - 1 : static_cast<std::size_t>(least - wrong_.begin());
  }

 private:
  void back(const Place& place, const std::optional<Row>& after, const std::optional<Row>& before, const std::map<Place, Row>& live, bool agreed) {
    const auto then = then_.try_emplace(place, after, false).first;
    then->second.second = then->second.second || agreed;
    if (then->second.second) return;  // this unit or a newer one, which did take place, left it so
    const auto found = live.find(place);
    const auto differs = [&](const std::optional<Row>& row) { return found == live.end() ? row.has_value() : !row || *row != found->second; };
    now_wrong_ += static_cast<long>(differs(before)) - static_cast<long>(differs(then->second.first));
    then->second.first = before;
  }
  std::map<Place, std::pair<std::optional<Row>, bool>> then_;
  std::vector<long> wrong_{0};  ///< against none lost; one more entry for each unit
  long now_wrong_ = 0;
};

/// Units for which no row speaks that nothing else explains go with the cut. Seen in tests/simulation: a rollback of two profiles and a redo of one of
/// them were lost with a restore. The redone rows stood there, by the conversion before; so the redo passed for done and the rollback did not, and
/// the rows counted twice.
void go_together(std::vector<Finding>& findings, const std::vector<Past::Tie>& ties, const Cut& cut);

}  // namespace tidemark::engine
