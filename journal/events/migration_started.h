#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A step that can't run inside a transaction began.
struct MigrationStarted {
  static constexpr std::uint16_t kCode = 13;
  static constexpr std::string_view kKind = "migration_started";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  template <class A>
  void fields(A& a, std::uint32_t) { a(name); }
  bool operator==(const MigrationStarted&) const = default;
};

}  // namespace tidemark::journal
