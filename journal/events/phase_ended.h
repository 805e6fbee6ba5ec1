#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A pass over the source or a phase of the runbook is complete.
struct PhaseEnded {
  static constexpr std::uint16_t kCode = 29;
  static constexpr std::string_view kKind = "phase_ended";
  static constexpr std::uint32_t kVersion = 1;
  std::string conversion;  ///< empty: of the runbook
  std::string phase;  ///< first_pass, catch_up, or the runbook's
  std::uint64_t seen = 0;  ///< subjects looked at
  template <class A>
  void fields(A& a, std::uint32_t) { a(conversion, phase, seen); }
  bool operator==(const PhaseEnded&) const = default;
};

}  // namespace tidemark::journal
