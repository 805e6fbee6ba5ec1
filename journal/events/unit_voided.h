#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// The unit changed nothing and never will.
struct UnitVoided {
  static constexpr std::uint16_t kCode = 8;
  static constexpr std::string_view kKind = "unit_voided";
  static constexpr std::uint32_t kVersion = 1;
  std::string why;  ///< what was seen: error, no receipt, tombstone, ...
  template <class A>
  void fields(A& a, std::uint32_t) { a(why); }
  bool operator==(const UnitVoided&) const = default;
};

}  // namespace tidemark::journal
