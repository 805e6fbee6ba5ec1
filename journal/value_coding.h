#pragma once
/// One value of a row: a tag byte and what it announces. Source: FORMAT.md, "Row changes".

#include <cstddef>
#include <string_view>

#include "journal/bytes.h"
#include "journal/row_change.h"

namespace tidemark::journal {

/// What values are compared with: the row coded before (often of the same table), and the event's subject.
struct RowContext {
  const Row* above = nullptr;  ///< never null while coding
  std::string_view subject;
  /// What references ("the same as …") still may expand to, in bytes. Writer and reader count alike: the writer then
  /// spells values out, so that no payload, however hostile, grows into more memory than this when it is read.
  std::size_t budget = std::size_t{64} << 20;

  /// False, and nothing spent, when too little is left.
  bool spend(const Value& value) {
    constexpr std::size_t kAnyValue = 40;  // part of the format: not sizeof(Value), which compilers differ in
    const std::size_t cost = kAnyValue + (value ? value->size() : 0);
    if (cost > budget) return false;
    budget -= cost;
    return true;
  }
};

/// Writes row[column] and, when they equal the row above, columns behind it. @return how many columns that were
std::size_t write_values(ByteWriter& out, const Row& row, std::size_t column, RowContext& context);
/// Reads the next value or values of `row` and adds them to it; `width` columns in all.
void read_values(ByteReader& in, Row& row, std::size_t width, RowContext& context);

}  // namespace tidemark::journal
