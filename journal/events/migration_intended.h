#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// Intent of a schema unit: everything that its undo needs.
struct MigrationIntended {
  static constexpr std::uint16_t kCode = 14;
  static constexpr std::string_view kKind = "migration_intended";
  static constexpr std::uint32_t kVersion = 2;
  std::string name;  ///< folder
  bool revert = false;  ///< true: the inverse is applied
  Digest checksum{};  ///< SHA-256 of migration.sql as Prisma computes it
  std::string script;  ///< what runs now
  std::string inverse;  ///< what would undo it; empty: none known
  std::string history_id;  ///< id of the row in _prisma_migrations
  Digest before{}, after{};  ///< since version 2; states of the schema (schema_snapshotted); zero: not taken
  std::string source{};      ///< since version 2; whence the inverse: "down.sql", "derived"; empty: none, or not known
  std::string proof{};       ///< since version 2; of the inverse: "in place", "scratch", "unproven: WHY", "irreversible: WHY"; empty: not known
  template <class A>
  void fields(A& a, std::uint32_t v) {
    a(name, revert, checksum, script, inverse, history_id);
    if (v >= 2) a(before, after, source, proof);
  }
  bool operator==(const MigrationIntended&) const = default;
};

}  // namespace tidemark::journal
