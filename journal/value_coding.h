#pragma once
/// One value of a row: a tag byte and what it announces, to and from texts (Row) and cells (CellRow). Source: FORMAT.md, "Row changes".

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include "journal/bytes.h"
#include "journal/cell.h"
#include "journal/row_change.h"

namespace tidemark::journal {

/// What values are compared with: the row coded before (often of the same table), and the event's subject. @tparam R  Row or CellRow
template <class R>
struct RowContext {
  explicit RowContext(std::string_view about) : subject(about), subject_id(std::is_same_v<R, CellRow> ? parse_uuid(about) : std::nullopt) {}
  const R* above = nullptr;  ///< never null while coding
  std::string_view subject;
  std::optional<Uuid> subject_id;  ///< if it is one; asked for among cells alone
  /// What references ("the same as …") still may expand to, in bytes. Writer and reader count alike: the writer then
  /// spells values out, so that no payload, however hostile, grows into more memory than this when it is read.
  std::size_t budget = std::size_t{64} << 20;

  /// False, and nothing spent, when too little is left. @param size  of the value as text, in bytes; NULL: 0
  bool spend(std::size_t size) {
    constexpr std::size_t kAnyValue = 40;  // part of the format: not sizeof(Value), which compilers differ in
    const std::size_t cost = kAnyValue + size;
    if (cost > budget) return false;
    budget -= cost;
    return true;
  }
};

/// Writes row[column] and, when they equal the row above, columns behind it. @return how many columns that were
template <class R>
std::size_t write_values(ByteWriter& out, const R& row, std::size_t column, RowContext<R>& context);
/// Reads the next value or values of `row` and adds them to it; `width` columns in all.
template <class R>
void read_values(ByteReader& in, R& row, std::size_t width, RowContext<R>& context);

}  // namespace tidemark::journal
