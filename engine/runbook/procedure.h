#pragma once
/// Where the runbook stands, folded from its events alone. Pure: nothing is read or written here but the journal by read_procedure().

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/event.h"
#include "journal/reader.h"

namespace tidemark::engine::runbook {

/// begun: its work may be done in part; wanted: a person's decision is; not_met: its gate refused, and it is done again.
enum class Standing { to_do, begun, wanted, not_met, passed, skipped };
const char* to_string(Standing standing);

struct PhaseRecord {
  std::string name;
  Standing standing = Standing::to_do;
  unsigned attempts = 0;
  journal::Seq first = 0;            ///< its first phase_started; 0: never
  journal::UtcMicros began{}, ended{};  ///< from the first start to the gate that let it pass, pauses included; ended 0: not yet
  std::optional<journal::GateDecided> gate;  ///< the last decision
};

class Procedure {
 public:
  /// Takes the next event; those of other kinds change nothing. A procedure_started begins anew.
  void take(journal::Seq seq, journal::UtcMicros at, const journal::Event& event);

  journal::Seq number = 0;           ///< of its procedure_started; 0: there was none
  bool open = false;                 ///< neither completed, abandoned nor rolled back
  std::string end;                   ///< how it ended
  std::string environment;
  std::vector<PhaseRecord> phases;   ///< in order
  std::set<std::string> accepted;    ///< reasons of rejected entries, by name
  std::optional<journal::Digest> sealed;         ///< the plan that was approved
  std::optional<journal::GateDecided> rolling_back;  ///< a rollback that was begun and isn't done: its cause
  std::string log_file;              ///< of the last call
  std::map<std::string, std::set<journal::Digest>> steps_done;  ///< by phase: definitions of the steps that ended well

  const PhaseRecord* phase(const std::string& name) const;
  /// The first of `order` that neither passed nor was skipped.
  std::optional<std::string> next(const std::vector<std::string>& order) const;

 private:
  PhaseRecord& at(const std::string& name);
};

/// The last procedure of this journal.
Procedure read_procedure(const journal::Reader& journal);

/// Planned and actual minutes of a part of the runbook: one phase or several.
struct Timing {
  std::string part;
  std::optional<double> planned;
  std::optional<double> actual;      ///< nullopt: not begun
  bool running = false;
  double over_by() const { return planned && actual && *actual > *planned ? *actual - *planned : 0; }
};
/// @param parts  phase → its part;  @param now  the end of what isn't ended
std::vector<Timing> timeline(const Procedure& procedure, const std::vector<std::pair<std::string, std::string>>& parts, const std::map<std::string, double>& planned,
                             journal::UtcMicros now);

}  // namespace tidemark::engine::runbook
