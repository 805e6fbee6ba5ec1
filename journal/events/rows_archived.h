#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"
#include "journal/row_change.h"

namespace tidemark::journal {

/// Data that a schema unit drops or overwrites, in pieces before the unit's intent: what will come back.
struct RowsArchived {
  static constexpr std::uint16_t kCode = 36;
  static constexpr std::string_view kKind = "rows_archived";
  static constexpr std::uint32_t kVersion = 1;
  std::string migration;
  std::string what;     ///< table, column, label, changed, deleted, sequence: what was lost, see engine/schema/archive.h
  std::string object;   ///< quoted and qualified
  std::string table;    ///< quoted and qualified
  std::vector<std::string> columns;  ///< quoted; the first `keys` of them are the row's key
  std::uint32_t keys = 0;            ///< 0: no key, rows are found by all columns
  std::vector<Row> rows;             ///< values in the order of columns, as text
  template <class A>
  void fields(A& a, std::uint32_t) { a(migration, what, object, table, columns, keys, rows); }
  bool operator==(const RowsArchived&) const = default;
};

}  // namespace tidemark::journal
