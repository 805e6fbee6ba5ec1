#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/row_change.h"

namespace tidemark::journal {

/// A table whose rows are recorded from here on under `shape.no`.
struct TableDescribed {
  static constexpr std::uint16_t kCode = 31;
  static constexpr std::string_view kKind = "table_described";
  static constexpr std::uint32_t kVersion = 1;
  TableShape shape;
  template <class A>
  void fields(A& a, std::uint32_t) { a(shape); }
  bool operator==(const TableDescribed&) const = default;
};

}  // namespace tidemark::journal
