#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The target committed a schema unit that undid a migration.
struct MigrationReverted {
  static constexpr std::uint16_t kCode = 17;
  static constexpr std::string_view kKind = "migration_reverted";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  UtcMicros committed_at{};  ///< target's clock
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, committed_at); }
  bool operator==(const MigrationReverted&) const = default;
};

}  // namespace tidemark::journal
