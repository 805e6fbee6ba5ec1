#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// The right to write was given back.
struct LeaseReleased {
  static constexpr std::uint16_t kCode = 6;
  static constexpr std::string_view kKind = "lease_released";
  static constexpr std::uint32_t kVersion = 1;
  std::uint64_t epoch = 0;
  template <class A>
  void fields(A& a, std::uint32_t) { a(epoch); }
  bool operator==(const LeaseReleased&) const = default;
};

}  // namespace tidemark::journal
