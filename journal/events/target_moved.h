#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A person bound the journal to the server that its target now lives on: restored elsewhere, promoted, or cloned. The newest one counts;
/// before the first one, journal_opened says where the target is.
struct TargetMoved {
  static constexpr std::uint16_t kCode = 34;
  static constexpr std::string_view kKind = "target_moved";
  static constexpr std::uint32_t kVersion = 1;
  std::string from_system, from_database;
  std::string system, database;
  template <class A>
  void fields(A& a, std::uint32_t) { a(from_system, from_database, system, database); }
  bool operator==(const TargetMoved&) const = default;
};

}  // namespace tidemark::journal
