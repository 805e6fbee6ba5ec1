#pragma once
/// What was there at a moment, from the journal alone.
///
/// A unit counts if it was committed by then and not voided by then:
///   by event  its outcome (chunk_committed, unit_settled, migration_applied, …) stands at or before the event named
///   by time   its receipt's time, by the target's clock, is not later: a chunk committed at 02:13 and settled at 06:00 is there at 03:00
/// A void counts where it is recorded: a target restored at 05:00 had its rows at 03:00. So does a unit_reinstated, which ends a void.

#include <functional>
#include <unordered_map>
#include <vector>

#include "engine/audit/moment.h"
#include "engine/conversion/life.h"

namespace tidemark::engine::audit {

struct SubjectThen {
  journal::Subject subject;
  journal::SubjectStatus state = journal::SubjectStatus::none;
  journal::Seq last = 0;     ///< its last record that counts; 0: none
  conversion::OwnRows rows;  ///< of ours, as they stood; without those that an undo gave back
};

struct MigrationThen {
  std::string name;
  bool applied = false;  ///< false: reverted
  journal::UtcMicros committed_at{};
  journal::UnitId unit;
};

class Replay {
 public:
  /// @throws Failure failed: the journal has no such event
  Replay(const journal::Reader& journal, std::string conversion, const Moment& moment);

  /// The last event that can matter: by time, the last one recorded by then.
  journal::Seq until() const { return until_; }

  /// Every subject with a record that counts, one at a time, in no order that means anything; stops when `each` answers false.
  /// Memory: one subject.
  void for_each_subject(const std::function<bool(const SubjectThen&)>& each);
  SubjectThen subject(const journal::Subject& subject);

  /// Each migration that we applied or reverted, its last state then, in order of its last change.
  std::vector<MigrationThen> migrations();
  /// Units that count, of every conversion and of the schema, in order of their intents.
  std::vector<journal::UnitInfo> units();
  /// Units that had an intent and were neither committed nor voided.
  std::vector<journal::UnitInfo> in_flight();

 private:
  struct Commit { journal::Seq outcome = 0; journal::UtcMicros at{}; };
  /// What it committed with, if it did by then and had not been voided by then.
  std::optional<Commit> committed(const journal::UnitInfo& unit);
  enum class Work : std::uint8_t { none, change, take_back };
  /// What the unit's records do to the rows; none: it doesn't count.
  Work work_of(journal::UnitId unit);
  /// Folds a record into its subject, if its unit counts.
  void fold(SubjectThen& subject, conversion::Effects& effects, const journal::Record& record);
  /// One that was given up, or counts again: what the outcomes in the journal come to then.
  std::optional<Commit> by_outcomes(const journal::UnitInfo& unit);
  void read_outcomes();
  /// One that counts again today, and was voided then.
  bool given_up(const journal::UnitInfo& unit);

  const journal::Reader& journal_;
  const std::string conversion_;
  const std::optional<journal::UtcMicros> time_;
  journal::Seq until_ = 0, end_ = 0;
  const std::map<std::uint32_t, journal::TableShape> tables_;
  std::unordered_map<std::uint64_t, Work> works_;  ///< a cache, emptied when it is full
  struct Outcome { journal::Seq seq = 0; std::uint16_t kind = 0; journal::UtcMicros at{}; };
  std::unordered_map<std::uint64_t, std::vector<Outcome>> outcomes_;  ///< of units that have, or may have, more than one
  bool outcomes_read_ = false;
};

}  // namespace tidemark::engine::audit
