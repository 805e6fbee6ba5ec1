#pragma once
/// A change of one row of the target, as text under the pinned settings, and its inverse.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::journal {

using Value = std::optional<std::string>;  ///< a column as PostgreSQL prints it under the pinned settings; nullopt: NULL
using Row = std::vector<Value>;            ///< in the order of TableShape::columns

struct Column {
  std::string name;  ///< unquoted
  std::string type;  ///< format_type(), e.g. "character varying(40)"
  bool operator==(const Column&) const = default;
};

/// A table as it was when rows of it were recorded. Described once (event table_described), then referred to by number.
struct TableShape {
  std::uint32_t no = 0;  ///< from 1, within one journal
  std::string schema, name;
  std::vector<Column> columns;
  std::vector<std::uint32_t> key;  ///< positions in columns
  bool operator==(const TableShape&) const = default;
};

enum class Op : std::uint8_t { insert = 1, update = 2, remove = 3 };

/// @tparam R  Row, or CellRow (cell.h)
template <class R>
struct BasicRowChange {
  std::uint32_t table = 0;  ///< TableShape::no
  Op op = Op::insert;
  R before;  ///< empty for insert
  R after;   ///< empty for remove
  bool operator==(const BasicRowChange&) const = default;
};
using RowChange = BasicRowChange<Row>;

/// Swaps before and after; insert and remove change places.
RowChange inverse(const RowChange& change);
/// The inverse of a sequence: the inverses, last first.
std::vector<RowChange> inverse(const std::vector<RowChange>& changes);
/// The key columns' values of the row that exists on the given side (after for insert and update, before for remove).
Row key_of(const RowChange& change, const TableShape& table);

}  // namespace tidemark::journal
