#include "journal/row_change.h"

#include <utility>

#include "journal/errors.h"

namespace tidemark::journal {

RowChange inverse(const RowChange& change) {
  RowChange out{change.table, change.op, change.after, change.before};
  if (change.op == Op::insert) out.op = Op::remove;
  if (change.op == Op::remove) out.op = Op::insert;
  return out;
}

std::vector<RowChange> inverse(const std::vector<RowChange>& changes) {
  std::vector<RowChange> out;
  out.reserve(changes.size());
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) out.push_back(inverse(*change));
  return out;
}

Row key_of(const RowChange& change, const TableShape& table) {
  const Row& row = change.op == Op::remove ? change.before : change.after;
  Row key;
  key.reserve(table.key.size());
  for (const std::uint32_t column : table.key) {
    if (column >= row.size())
      throw JournalError(JournalError::Kind::damaged,
                         "a recorded row of " + table.schema + "." + table.name + " has " + std::to_string(row.size()) +
                             " columns, its key wants column " + std::to_string(column + 1));
    key.push_back(row[column]);
  }
  return key;
}

}  // namespace tidemark::journal
