#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// The target or the engine refused a migration; nothing of it is in the target.
struct MigrationRefused {
  static constexpr std::uint16_t kCode = 16;
  static constexpr std::string_view kKind = "migration_refused";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  std::string sqlstate;  ///< empty: the engine refused
  std::string message;
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, sqlstate, message); }
  bool operator==(const MigrationRefused&) const = default;
};

}  // namespace tidemark::journal
