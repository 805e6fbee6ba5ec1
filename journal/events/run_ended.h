#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A run ended, with the exit code that its caller saw.
struct RunEnded {
  static constexpr std::uint16_t kCode = 4;
  static constexpr std::string_view kKind = "run_ended";
  static constexpr std::uint32_t kVersion = 1;
  std::uint32_t exit_code = 0;
  std::string state;
  template <class A>
  void fields(A& a, std::uint32_t) { a(exit_code, state); }
  bool operator==(const RunEnded&) const = default;
};

}  // namespace tidemark::journal
