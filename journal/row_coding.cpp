#include "journal/row_coding.h"

#include <algorithm>

#include "journal/value_coding.h"

namespace tidemark::journal {

namespace {

// The byte before each change: the operation in the low two bits, then flags.
constexpr std::uint8_t kOpMask = 0x03, kSameTable = 0x04, kBefore = 0x08, kAfter = 0x10, kSameWidth = 0x20;
constexpr std::uint8_t kKnownBits = 0x3f;

constexpr std::uint64_t kUsualWidth = 64;

struct Above {
  std::uint32_t table = 0;
  std::size_t width = 0;
};

/// Of each row that is there, so that an empty row and none are the same: the flags say it.
template <class R>
bool widths_equal(const BasicRowChange<R>& change, std::size_t width) {
  return (change.before.empty() || change.before.size() == width) &&
         (change.after.empty() || change.after.size() == width);
}

}  // namespace

template <class R>
void write_changes(ByteWriter& out, const BasicRowChanges<R>& changes, std::string_view subject) {
  static const R kNone;
  RowContext<R> context(subject);
  context.above = &kNone;
  Above above;
  out.number(changes.list.size());
  for (const BasicRowChange<R>& change : changes.list) {
    const bool same_table = change.table == above.table, same_width = widths_equal(change, above.width);
    out.byte(static_cast<std::uint8_t>((static_cast<std::uint8_t>(change.op) & kOpMask) |
                                       (same_table ? kSameTable : 0) | (change.before.empty() ? 0 : kBefore) |
                                       (change.after.empty() ? 0 : kAfter) | (same_width ? kSameWidth : 0)));
    if (!same_table) out.number(change.table);
    for (const R* row : {&change.before, &change.after}) {
      if (row->empty()) continue;
      if (!same_width) out.number(row->size());
      for (std::size_t column = 0; column < row->size();) column += write_values(out, *row, column, context);
      context.above = row;
      above.width = row->size();
    }
    above.table = change.table;
  }
}

template <class R>
BasicRowChanges<R> read_changes(ByteReader& in, std::string_view subject) {
  BasicRowChanges<R> changes;
  static const R kNone;
  RowContext<R> context(subject);
  context.above = &kNone;
  Above above;
  for (std::size_t left = in.count(); left > 0; --left) {
    const std::uint8_t head = in.byte();
    BasicRowChange<R> change;
    change.op = static_cast<Op>(head & kOpMask);
    if ((head & ~kKnownBits) != 0 || (head & kOpMask) == 0) ByteReader::damaged("an unknown row operation");
    change.table = above.table;
    if (!(head & kSameTable)) {
      const std::uint64_t table = in.number();
      if (table > UINT32_MAX) ByteReader::damaged("a table's number above 32 bits");
      change.table = static_cast<std::uint32_t>(table);
    }
    const auto read_row = [&](R& row) {
      const std::uint64_t width = head & kSameWidth ? above.width : in.number();
      if (width == 0) ByteReader::damaged("a row without columns");
      row.reserve(std::min<std::uint64_t>(width, kUsualWidth));  // not to a width that is only promised
      while (row.size() < width) read_values(in, row, width, context);
      context.above = &row;
      above.width = row.size();
    };
    if (head & kBefore) read_row(change.before);
    if (head & kAfter) read_row(change.after);
    above.table = change.table;
    changes.list.push_back(std::move(change));
    // The list may have moved: find the last row again.
    for (auto older = changes.list.rbegin(); older != changes.list.rend(); ++older) {
      if (older->before.empty() && older->after.empty()) continue;
      context.above = older->after.empty() ? &older->before : &older->after;
      break;
    }
  }
  return changes;
}

template void write_changes(ByteWriter&, const RowChanges&, std::string_view);
template void write_changes(ByteWriter&, const CellChanges&, std::string_view);
template RowChanges read_changes(ByteReader&, std::string_view);
template CellChanges read_changes(ByteReader&, std::string_view);

}  // namespace tidemark::journal
