#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The target granted the right to write.
struct LeaseTaken {
  static constexpr std::uint16_t kCode = 5;
  static constexpr std::string_view kKind = "lease_taken";
  static constexpr std::uint32_t kVersion = 1;
  std::uint64_t epoch = 0;
  Uuid token{};
  std::string from;  ///< whose lease was taken over; empty: it was free
  template <class A>
  void fields(A& a, std::uint32_t) { a(epoch, token, from); }
  bool operator==(const LeaseTaken&) const = default;
};

}  // namespace tidemark::journal
