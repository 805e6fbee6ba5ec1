#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/row_change.h"

namespace tidemark::journal {

/// A row that a rollback found in another state than the engine left it; it is kept unless forced.
struct RevertConflict {
  static constexpr std::uint16_t kCode = 24;
  static constexpr std::string_view kKind = "revert_conflict";
  static constexpr std::uint32_t kVersion = 1;
  std::uint32_t table = 0;  ///< TableShape::no
  std::string conflict;  ///< edited, deleted, moved, schema_changed, superseded
  Row expected;  ///< after-image in the journal
  Row found;  ///< as it stands; empty: gone
  bool forced = false;
  template <class A>
  void fields(A& a, std::uint32_t) { a(table, conflict, expected, found, forced); }
  bool operator==(const RevertConflict&) const = default;
};

}  // namespace tidemark::journal
