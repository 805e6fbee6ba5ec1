#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A pass over the source begins: what a second terminal reckons progress from.
struct PassStarted {
  static constexpr std::uint16_t kCode = 51;
  static constexpr std::string_view kKind = "pass_started";
  static constexpr std::uint32_t kVersion = 1;
  std::string conversion;
  std::string pass;         ///< first_pass, catch_up, named
  std::uint64_t total = 0;  ///< subjects that there are; 0: not known
  bool estimated = false;   ///< `total` is the planner's
  std::uint64_t done = 0;   ///< of them on record when the run began
  std::string window;       ///< "22:00-06:00"; empty: none
  template <class A>
  void fields(A& a, std::uint32_t) { a(conversion, pass, total, estimated, done, window); }
  bool operator==(const PassStarted&) const = default;
};

}  // namespace tidemark::journal
