#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// Archived data came back, in the unit of this event's intent.
struct RowsRestored {
  static constexpr std::uint16_t kCode = 37;
  static constexpr std::string_view kKind = "rows_restored";
  static constexpr std::uint32_t kVersion = 1;
  std::string migration;
  UnitId archived;            ///< the unit whose rows_archived these are
  std::uint64_t rows = 0;     ///< that are back
  std::uint64_t conflicts = 0;  ///< rows that had gone or changed meanwhile: left in the archive
  template <class A>
  void fields(A& a, std::uint32_t) { a(migration, archived, rows, conflicts); }
  bool operator==(const RowsRestored&) const = default;
};

}  // namespace tidemark::journal
