#pragma once

#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The target committed a unit that wrote rows of the schema's history.
struct HistoryWritten {
  static constexpr std::uint16_t kCode = 47;
  static constexpr std::string_view kKind = "history_written";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;          ///< as in its intent
  UtcMicros committed_at{};  ///< target's clock
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, committed_at); }
  bool operator==(const HistoryWritten&) const = default;
};

}  // namespace tidemark::journal
