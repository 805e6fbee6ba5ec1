#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A dry run was reviewed; this is its hash.
struct PlanSealed {
  static constexpr std::uint16_t kCode = 12;
  static constexpr std::string_view kKind = "plan_sealed";
  static constexpr std::uint32_t kVersion = 1;
  Digest plan{};
  std::uint64_t profiles = 0;
  template <class A>
  void fields(A& a, std::uint32_t) { a(plan, profiles); }
  bool operator==(const PlanSealed&) const = default;
};

}  // namespace tidemark::journal
