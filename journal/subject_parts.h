#pragma once
/// The parts that several events about subjects and chunks are made of.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "journal/cell.h"
#include "journal/row_change.h"

namespace tidemark::journal {

/// An entry of a source that was not created.
struct Rejection {
  std::string key, reason;
  bool operator==(const Rejection&) const = default;
};

/// Row changes in the order in which they were made. A type of its own because it is coded compactly: a value that
/// equals the one above or beside it, a UUID, a number or a time takes a few bytes (FORMAT.md, "Row changes").
template <class R>
struct BasicRowChanges {
  std::vector<BasicRowChange<R>> list;
  bool operator==(const BasicRowChanges&) const = default;
};
using RowChanges = BasicRowChanges<Row>;
using CellChanges = BasicRowChanges<CellRow>;  ///< they point into the record that they were read from

enum class WorkKind : std::uint8_t { convert = 1, rollback = 2, redo = 3 };

/// Keys above `lo` up to and including `hi`, in the server's order and spelling. Never compared here.
struct KeyRange {
  std::optional<std::string> lo;  ///< nullopt: from the first key
  std::string hi;
  bool operator==(const KeyRange&) const = default;
};

/// What counters change by. Keys: converted, skipped, refused, reverted, partly_reverted (profiles), links (rows created minus removed),
/// rejected.<reason>, skipped.<reason>, over_api_limit.
using Tally = std::map<std::string, std::int64_t>;

}  // namespace tidemark::journal
