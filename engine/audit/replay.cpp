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
  if (const auto* e = std::get_if<journal::UnitReinstated>(&event)) return e->committed_at;
  return std::nullopt;
}

bool reinstated(const journal::Reader& journal, const UnitInfo& unit) {
  const auto outcome = journal.event(unit.outcome);
  return outcome && outcome->kind == journal::UnitReinstated::kCode;
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

void Replay::read_outcomes() {
  outcomes_read_ = true;
  Seq from = end_;
  for (const auto state : {UnitState::voided, UnitState::committed}) {
    for (const auto& unit : journal_.units(state)) {
      if (state == UnitState::committed && !reinstated(journal_, unit)) continue;
      outcomes_.emplace(unit.unit.value, std::vector<Outcome>{});
      from = std::min(from, unit.intent);
    }
  }
  for (const auto kind : {journal::ChunkCommitted::kCode, journal::UnitSettled::kCode, journal::MigrationApplied::kCode, journal::MigrationReverted::kCode,
                          journal::UnitVoided::kCode, journal::UnitReinstated::kCode}) {
    journal::Filter outcomes;
    outcomes.from = from;
    outcomes.kind = kind;
    journal_.for_each(outcomes, [&](const journal::Record& record) {
      const auto unit = outcomes_.find(record.unit.value);
      if (unit != outcomes_.end()) unit->second.push_back({record.seq, kind, commit_time(journal::decode(record)).value_or(record.at)});
      return true;
    });
  }
  for (auto& [unit, list] : outcomes_) std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
}

std::optional<Replay::Commit> Replay::by_outcomes(const UnitInfo& unit) {
  if (!outcomes_read_) read_outcomes();
  const auto known = outcomes_.find(unit.unit.value);
  if (known == outcomes_.end()) return std::nullopt;
  std::optional<Commit> commit;
  for (const auto& outcome : known->second) {
    const bool recorded = outcome.seq <= until_;
    if (outcome.kind == journal::UnitVoided::kCode) {
      if (recorded) commit.reset();
    } else if (recorded || (time_ && !commit && outcome.kind != journal::UnitReinstated::kCode)) {
      // By time an outcome counts where its receipt does, also if it was recorded later.
      commit = {outcome.seq, outcome.at};
    }
  }
  return commit;
}

std::optional<Replay::Commit> Replay::committed(const UnitInfo& unit) {
  std::optional<Commit> commit;
  switch (unit.state) {
    case UnitState::in_doubt: return std::nullopt;
    case UnitState::committed: commit = reinstated(journal_, unit) ? by_outcomes(unit) : Commit{unit.outcome, unit.committed_at}; break;
    case UnitState::voided:
      if (unit.outcome <= until_) return std::nullopt;
      commit = by_outcomes(unit);
      break;
  }
  if (!commit) return std::nullopt;
  const bool then = time_ ? commit->at <= *time_ : commit->outcome <= until_;
  return then ? commit : std::nullopt;
}

bool Replay::given_up(const UnitInfo& unit) {
  if (unit.state != UnitState::committed || !reinstated(journal_, unit)) return false;
  by_outcomes(unit);
  const auto& list = outcomes_[unit.unit.value];
  const auto last = std::find_if(list.rbegin(), list.rend(), [&](const auto& outcome) { return outcome.seq <= until_; });
  return last != list.rend() && last->kind == journal::UnitVoided::kCode;
}

Replay::Work Replay::work_of(journal::UnitId id) {
  if (const auto known = works_.find(id.value); known != works_.end()) return known->second;
  if (works_.size() >= kCachedUnits) works_.clear();
  const auto unit = journal_.unit(id);
  const bool counts = unit && unit->name == conversion_ && committed(*unit);
  return works_[id.value] = !counts ? Work::none : conversion::takes_back(unit->work) ? Work::take_back : Work::change;
}

void Replay::fold(SubjectThen& subject, conversion::Effects& effects, const journal::Record& record) {
  const Work work = work_of(record.unit);
  if (work == Work::none) return;
  auto event = journal::decode(record);
  const auto state = journal::status_after(event);
  if (state == journal::SubjectStatus::none) return;
  subject.state = state;
  subject.last = record.seq;
  auto* converted = std::get_if<journal::SubjectConverted>(&event);
  auto* reverted = std::get_if<journal::SubjectReverted>(&event);
  auto* changes = converted ? &converted->changes : reverted ? &reverted->changes : nullptr;
  if (!changes) return;
  for (auto& change : changes->list) work == Work::take_back ? effects.take_back(change, tables_) : effects.change(std::move(change), tables_);
}

void Replay::for_each_subject(const std::function<bool(const SubjectThen&)>& each) {
  SubjectThen subject;
  conversion::Effects effects;
  bool more = true;
  const auto end = [&] {
    if (!more || subject.last == 0) return more;
    subject.rows = std::move(effects).rows();
    return more = each(subject);
  };
  // By time a record can count that the runner's clock says is later: the clocks are two.
  journal_.for_each_by_subject(time_ ? end_ : until_, [&](const journal::Record& record) {
    if (record.subject != subject.subject) {
      if (!end()) return false;
      subject = {record.subject, {}, 0, {}};
      effects = {};
    }
    fold(subject, effects, record);
    return true;
  });
  end();
}

SubjectThen Replay::subject(const journal::Subject& name) {
  SubjectThen subject{name, {}, 0, {}};
  conversion::Effects effects;
  for (const auto& [record, unit] : journal_.history(conversion_, name)) fold(subject, effects, record);
  subject.rows = std::move(effects).rows();
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

std::vector<UnitInfo> Replay::units() {
  std::vector<UnitInfo> out;
  journal_.for_each_unit([&](const UnitInfo& unit) {
    if (committed(unit)) out.push_back(unit);
    return true;
  });
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.intent < b.intent; });
  return out;
}

std::vector<UnitInfo> Replay::in_flight() {
  std::vector<UnitInfo> out;
  journal_.for_each_unit([&](const UnitInfo& unit) {
    const bool begun = unit.intent <= until_;
    const bool voided = unit.state == UnitState::voided && unit.outcome <= until_;
    if (begun && !voided && !committed(unit) && !given_up(unit)) out.push_back(unit);
    return true;
  });
  return out;
}

}  // namespace tidemark::engine::audit
