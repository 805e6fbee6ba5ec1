#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// The run slowed down or went on.
struct Throttled {
  static constexpr std::uint16_t kCode = 27;
  static constexpr std::string_view kKind = "throttled";
  static constexpr std::uint32_t kVersion = 1;
  std::string cause;
  std::string action;
  template <class A>
  void fields(A& a, std::uint32_t) { a(cause, action); }
  bool operator==(const Throttled&) const = default;
};

}  // namespace tidemark::journal
