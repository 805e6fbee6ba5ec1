#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// Recovery saw the receipt of an in-doubt unit: it had committed.
struct UnitSettled {
  static constexpr std::uint16_t kCode = 7;
  static constexpr std::string_view kKind = "unit_settled";
  static constexpr std::uint32_t kVersion = 1;
  UtcMicros committed_at{};  ///< the receipt's time, target's clock
  std::string how;  ///< receipt, resolve
  template <class A>
  void fields(A& a, std::uint32_t) { a(committed_at, how); }
  bool operator==(const UnitSettled&) const = default;
};

}  // namespace tidemark::journal
