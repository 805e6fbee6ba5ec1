#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A run stopped cleanly and can be resumed.
struct RunPaused {
  static constexpr std::uint16_t kCode = 3;
  static constexpr std::string_view kKind = "run_paused";
  static constexpr std::uint32_t kVersion = 1;
  std::string why;  ///< signal, stop, window, connection, deferred
  template <class A>
  void fields(A& a, std::uint32_t) { a(why); }
  bool operator==(const RunPaused&) const = default;
};

}  // namespace tidemark::journal
