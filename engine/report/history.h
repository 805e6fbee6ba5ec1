#pragma once
/// What else stands in the journal: checks, backups, samples, phases, seals, notes, migrations. Read once, in order.

#include <map>

#include "journal/reader.h"

namespace tidemark::engine::report {

/// Where an event stands.
struct Place {
  journal::Seq seq = 0;
  journal::Run run = 0;
  journal::UtcMicros at{};
};

template <class Event>
struct Placed {
  Place place;
  Event event;
};

struct History {
  std::vector<Placed<journal::CheckRecorded>> checks;
  std::vector<Placed<journal::BackupRecorded>> backups;
  std::vector<Placed<journal::PlanSealed>> plans;
  std::vector<Placed<journal::ProbeSampled>> samples;
  std::vector<Placed<journal::MonitorJudged>> monitors;
  std::vector<Placed<journal::ProcedureStarted>> procedures;
  std::vector<Placed<journal::PhaseStarted>> phases_started;
  std::vector<Placed<journal::PhaseEnded>> phases;
  std::vector<Placed<journal::GateDecided>> gates;
  std::vector<Placed<journal::Note>> notes;
  std::vector<Placed<journal::MigrationRefused>> migrations_refused;
  std::vector<Placed<journal::Reconciled>> reconciled;
  std::map<journal::Run, journal::UtcMicros> last_of_run;  ///< when its last event was recorded: the end of a run that died
  journal::UtcMicros last_at{};                            ///< of the last event
  journal::Seq last_change = 0;                            ///< the last outcome of a unit

  /// Checks whose name begins so, the last of each name.
  std::vector<Placed<journal::CheckRecorded>> last_checks(const std::string& prefix) const;
};

History history_of(const journal::Reader& journal);

}  // namespace tidemark::engine::report
