#include "engine/report/history.h"

#include <algorithm>

namespace tidemark::engine::report {
namespace {

template <class Event>
bool take(const journal::Record& record, std::vector<Placed<Event>>& into) {
  if (record.kind != Event::kCode) return false;
  into.push_back({{record.seq, record.run, record.at}, std::get<Event>(journal::decode(record))});
  return true;
}

}  // namespace

std::vector<Placed<journal::CheckRecorded>> History::last_checks(const std::string& prefix) const {
  std::map<std::string, Placed<journal::CheckRecorded>> last;
  for (const auto& check : checks) {
    if (check.event.name.starts_with(prefix)) last.insert_or_assign(check.event.name, check);
  }
  std::vector<Placed<journal::CheckRecorded>> out;
  for (auto& [_, check] : last) out.push_back(std::move(check));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.place.seq < b.place.seq; });
  return out;
}

History history_of(const journal::Reader& journal) {
  History history;
  // One pass: the journal has no index by kind.
  journal.for_each({}, [&](const journal::Record& record) {
    if (record.run != 0) history.last_of_run[record.run] = record.at;
    history.last_at = record.at;
    take(record, history.checks) || take(record, history.backups) || take(record, history.plans) || take(record, history.samples) || take(record, history.phases) ||
        take(record, history.monitors) || take(record, history.procedures) || take(record, history.phases_started) || take(record, history.gates) ||
        take(record, history.notes) || take(record, history.migrations_refused) || take(record, history.reconciled);
    return true;
  });
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    history.last_change = std::max(history.last_change, unit.outcome);
    return true;
  });
  return history;
}

}  // namespace tidemark::engine::report
