#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A phase of the runbook began, or was gone on with. Its end is a phase_ended without a conversion.
struct PhaseStarted {
  static constexpr std::uint16_t kCode = 44;
  static constexpr std::string_view kKind = "phase_started";
  static constexpr std::uint32_t kVersion = 1;
  std::string phase;
  std::uint64_t planned_s = 0;  ///< seconds; 0: nothing was planned
  std::string log_file;  ///< of this call of `tidemark run`
  std::string user;
  std::string host;
  std::uint64_t pid = 0;
  template <class A>
  void fields(A& a, std::uint32_t) { a(phase, planned_s, log_file, user, host, pid); }
  bool operator==(const PhaseStarted&) const = default;
};

}  // namespace tidemark::journal
