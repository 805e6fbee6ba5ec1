#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A unit that was given up stands in the target after all: it returned to a history in which the unit committed.
struct UnitReinstated {
  static constexpr std::uint16_t kCode = 41;
  static constexpr std::string_view kKind = "unit_reinstated";
  static constexpr std::uint32_t kVersion = 1;
  UtcMicros committed_at{};  ///< the receipt's time, target's clock
  std::string why;           ///< what was seen of it
  template <class A>
  void fields(A& a, std::uint32_t) { a(committed_at, why); }
  bool operator==(const UnitReinstated&) const = default;
};

}  // namespace tidemark::journal
