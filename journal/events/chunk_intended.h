#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"
#include "journal/subject_parts.h"

namespace tidemark::journal {

/// Intent of a unit that changes rows. The unit's other events stand right before it, without a gap.
struct ChunkIntended {
  static constexpr std::uint16_t kCode = 25;
  static constexpr std::string_view kKind = "chunk_intended";
  static constexpr std::uint32_t kVersion = 1;
  std::string conversion;
  WorkKind work = WorkKind::convert;
  std::uint64_t events = 0;  ///< how many events of this unit stand before this one: its first is seq - events
  std::uint64_t subjects = 0;
  std::uint64_t rows = 0;  ///< row changes
  std::optional<KeyRange> closes;  ///< range of keys that is done when this unit commits
  std::vector<std::string> deferred;  ///< keys in the range whose rows were locked by others: still to do
  Tally tally;  ///< what the counters change by when this unit commits
  template <class A>
  void fields(A& a, std::uint32_t) { a(conversion, work, events, subjects, rows, closes, deferred, tally); }
  bool operator==(const ChunkIntended&) const = default;
};

}  // namespace tidemark::journal
