#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The target committed a schema unit that applied a migration.
struct MigrationApplied {
  static constexpr std::uint16_t kCode = 15;
  static constexpr std::string_view kKind = "migration_applied";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  UtcMicros committed_at{};  ///< target's clock
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, committed_at); }
  bool operator==(const MigrationApplied&) const = default;
};

}  // namespace tidemark::journal
