#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/criterion.h"

namespace tidemark::journal {

/// What became of a gate of the runbook, or of the procedure as a whole, and who decided it on which evidence.
struct GateDecided {
  static constexpr std::uint16_t kCode = 45;
  static constexpr std::string_view kKind = "gate_decided";
  static constexpr std::uint32_t kVersion = 1;
  std::string gate;      ///< the phase whose end it is; "procedure", "rollback"
  std::string decision;  ///< of a phase: passed, approved, not_met, wanted, declined, skipped, reopened; of the procedure: completed, abandoned; of the rollback: begun, done
  std::vector<Criterion> criteria;
  std::string user;
  std::string host;
  std::string how;  ///< criteria, terminal, --yes, --expect-plan, --skip, --no-backup, --from, --restart, --auto-rollback
  std::string reason;
  std::vector<std::string> accepted;  ///< reasons of rejected entries, accepted by name
  template <class A>
  void fields(A& a, std::uint32_t) { a(gate, decision, criteria, user, host, how, reason, accepted); }
  bool operator==(const GateDecided&) const = default;
};

}  // namespace tidemark::journal
