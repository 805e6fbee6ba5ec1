#include "engine/audit/replay.h"

#include <algorithm>

#include "engine/errors.h"

namespace tidemark::engine::audit {
namespace {

using journal::Seq;
using journal::UnitInfo;
using journal::UnitState;

constexpr std::size_t kCachedUnits = 100'000;

/// When the outcome says that the target committed; nothing for an event that is no such outcome.
std::optional<journal::UtcMicros> commit_time(const journal::Event& event) {
  if (const auto* e = std::get_if<journal::ChunkCommitted>(&event)) return e->committed_at;
  if (const auto* e = std::get_if<journal::UnitSettled>(&event)) return e->committed_at;
  if (const auto* e = std::get_if<journal::MigrationApplied>(&event)) return e->committed_at;
  if (const auto* e = std::get_if<journal::MigrationReverted>(&event)) return e->committed_at;
  return std::nullopt;
}

}  // namespace

Replay::Replay(const journal::Reader& journal, std::string conversion, const Moment& moment)
    : journal_(journal), conversion_(std::move(conversion)), time_(moment.time), end_(journal.head_seq()), tables_(journal.tables()) {
  if (moment.event > end_) {
    throw Failure(ExitCode::failed, "replaying the journal", "#" + std::to_string(moment.event), "it ends with event #" + std::to_string(end_),
                  "Nothing was written.", "tidemark audit log --newest-first --limit 10");
  }
  until_ = time_ ? events_until(journal, *time_) : moment.event > 0 ? moment.event : end_;
}

void Replay::read_taken_back() {
  taken_back_read_ = true;
  Seq from = end_, to = 0;
  for (const auto& unit : journal_.units(UnitState::voided)) {
    if (unit.outcome <= until_) continue;
    taken_back_.emplace(unit.unit.value, Commit{});
    from = std::min(from, unit.intent);
    to = std::max(to, unit.outcome);
  }
  for (const auto kind : {journal::ChunkCommitted::kCode, journal::UnitSettled::kCode, journal::MigrationApplied::kCode, journal::MigrationReverted::kCode}) {
    journal::Filter outcomes;
    outcomes.from = from;
    outcomes.to = to;
    outcomes.kind = kind;
    journal_.for_each(outcomes, [&](const journal::Record& record) {
      const auto unit = taken_back_.find(record.unit.value);
      if (unit != taken_back_.end()) unit->second = {record.seq, commit_time(journal::decode(record)).value_or(record.at)};
      return true;
    });
  }
}

std::optional<Replay::Commit> Replay::committed(const UnitInfo& unit) {
  Commit commit;
  switch (unit.state) {
    case UnitState::in_doubt: return std::nullopt;
    case UnitState::committed: commit = {unit.outcome, unit.committed_at}; break;
    case UnitState::voided:
      if (unit.outcome <= until_) return std::nullopt;
      if (!taken_back_read_) read_taken_back();
      if (const auto known = taken_back_.find(unit.unit.value); known != taken_back_.end()) commit = known->second;
      if (commit.outcome == 0) return std::nullopt;
      break;
  }
  const bool then = time_ ? commit.at <= *time_ : commit.outcome <= until_;
  return then ? std::optional(commit) : std::nullopt;
}

bool Replay::counts(journal::UnitId id) {
  if (const auto known = counted_.find(id.value); known != counted_.end()) return known->second;
  if (counted_.size() >= kCachedUnits) counted_.clear();
  const auto unit = journal_.unit(id);
  return counted_[id.value] = unit && unit->name == conversion_ && committed(*unit).has_value();
}

void Replay::fold(SubjectThen& subject, const journal::Record& record) {
  if (!counts(record.unit)) return;
  const auto event = journal::decode(record);
  const auto state = journal::status_after(event);
  if (state == journal::SubjectStatus::none) return;
  subject.state = state;
  subject.last = record.seq;
  if (const auto* converted = std::get_if<journal::SubjectConverted>(&event)) conversion::apply(subject.rows, converted->changes.list, tables_);
  if (const auto* reverted = std::get_if<journal::SubjectReverted>(&event)) conversion::apply(subject.rows, reverted->changes.list, tables_);
}

void Replay::for_each_subject(const std::function<bool(const SubjectThen&)>& each) {
  SubjectThen subject;
  bool more = true;
  const auto end = [&] { return more = more && (subject.last == 0 || each(subject)); };
  // By time a record can count that the runner's clock says is later: the clocks are two.
  journal_.for_each_by_subject(time_ ? end_ : until_, [&](const journal::Record& record) {
    if (record.subject != subject.subject) {
      if (!end()) return false;
      subject = {record.subject, {}, 0, {}};
    }
    fold(subject, record);
    return true;
  });
  end();
}

SubjectThen Replay::subject(const journal::Subject& name) {
  SubjectThen subject{name, {}, 0, {}};
  for (const auto& [record, unit] : journal_.history(conversion_, name)) fold(subject, record);
  return subject;
}

std::vector<MigrationThen> Replay::migrations() {
  std::map<std::string, std::pair<Seq, MigrationThen>> last;
  journal_.for_each_unit([&](const UnitInfo& unit) {
    if (unit.work != "apply" && unit.work != "revert") return true;
    const auto commit = committed(unit);
    auto& known = last[unit.name];
    if (commit && commit->outcome > known.first) known = {commit->outcome, {unit.name, unit.work == "apply", commit->at, unit.unit}};
    return true;
  });
  std::vector<std::pair<Seq, MigrationThen>> ordered;
  for (auto& [_, known] : last) {
    if (known.first > 0) ordered.push_back(std::move(known));
  }
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<MigrationThen> out;
  for (auto& [_, migration] : ordered) out.push_back(std::move(migration));
  return out;
}

std::vector<UnitInfo> Replay::in_flight() {
  std::vector<UnitInfo> out;
  journal_.for_each_unit([&](const UnitInfo& unit) {
    const bool begun = unit.intent <= until_;
    const bool voided = unit.state == UnitState::voided && unit.outcome <= until_;
    if (begun && !voided && !committed(unit)) out.push_back(unit);
    return true;
  });
  return out;
}

}  // namespace tidemark::engine::audit
