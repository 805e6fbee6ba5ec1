#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A person let a journal that was ahead of its target catch up with it.
struct Reconciled {
  static constexpr std::uint16_t kCode = 9;
  static constexpr std::string_view kKind = "reconciled";
  static constexpr std::uint32_t kVersion = 1;
  std::string finding;
  std::string decision;
  template <class A>
  void fields(A& a, std::uint32_t) { a(finding, decision); }
  bool operator==(const Reconciled&) const = default;
};

}  // namespace tidemark::journal
