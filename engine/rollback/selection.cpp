#include "engine/rollback/selection.h"

#include <algorithm>

namespace tidemark::engine::rollback {

Selection::Selection(const journal::Reader& journal, const std::string& conversion, const Scope& scope, Direction direction, std::size_t chunk, Seq from)
    : journal_(journal), conversion_(conversion), scope_(scope), direction_(direction), chunk_(chunk), tables_(journal.tables()), end_(journal.head_seq()) {
  // A subject's last record is not before the run or the event that it is asked by.
  const Seq first = std::max({scope.run, scope.since.event, from});
  if (first > 0) after_ = first - 1;
}

Keys Selection::next() {
  if (scope_.subjects) return named();
  return direction_ == Direction::undo ? touched() : rolled_back();
}

Keys Selection::named() {
  const auto& subjects = *scope_.subjects;
  Keys keys;
  std::vector<std::size_t> places;
  for (; at_ < subjects.size() && keys.size() < chunk_; ++at_) {
    if (scope_.by_history() && !matches(past_of(journal_, conversion_, subjects[at_], tables_), scope_, direction_)) continue;
    keys.push_back(subjects[at_]);
    places.push_back(at_);
  }
  if (const auto portion = journal_.portion(keys, 0, keys.size()); portion < keys.size()) {
    keys.resize(portion);
    at_ = places[portion];
  }
  return keys;
}

Keys Selection::touched() {
  Keys keys;
  while (keys.empty()) {
    const auto page = journal_.touched(conversion_, after_, chunk_, end_);
    if (page.empty()) break;
    for (const auto& touched : page) {
      after_ = touched.seq;
      if (!scope_.by_history() || matches(past_of(journal_, conversion_, touched.subject, tables_), scope_, direction_)) keys.push_back(touched.subject);
    }
  }
  return keys;
}

/// A later one decides. Asked before the subject's whole past is folded: a hundred rollbacks of one profile would fold it a hundred times.
bool Selection::rolled_back_since(const std::string& subject, Seq seq) const {
  journal::Filter filter;
  filter.from = seq + 1;
  filter.to = end_;
  filter.kind = journal::SubjectReverted::kCode;
  filter.subject = subject;
  bool found = false;
  journal_.for_each(filter, [&](const journal::Record& record) {
    const auto unit = journal_.unit(record.unit);
    found = unit && unit->state == journal::UnitState::committed && unit->name == conversion_ && conversion::takes_back(unit->work);  // a redo in part is one, too
    return !found;
  });
  return found;
}

/// Each subject once: at the last of its rollbacks.
Keys Selection::rolled_back() {
  Keys keys;
  while (keys.empty()) {
    std::vector<std::pair<Seq, std::string>> page;
    journal::Filter filter;
    filter.from = after_ + 1;
    filter.to = end_;
    filter.kind = journal::SubjectReverted::kCode;
    filter.limit = chunk_;
    std::uint64_t bytes = 0;
    journal_.for_each(filter, [&](const journal::Record& record) {
      bytes += record.payload.size();
      if (!page.empty() && bytes > journal::Reader::kMostBytesAtOnce) return false;
      page.emplace_back(record.seq, record.subject);
      return true;
    });
    if (page.empty()) break;
    for (const auto& [seq, subject] : page) {
      after_ = seq;
      if (rolled_back_since(subject, seq)) continue;
      const auto past = past_of(journal_, conversion_, subject, tables_);
      if (past.open && past.undone.back().seq == seq && matches(past, scope_, direction_)) keys.push_back(subject);
    }
  }
  return keys;
}

}  // namespace tidemark::engine::rollback
