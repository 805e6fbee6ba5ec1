#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A person's remark.
struct Note {
  static constexpr std::uint16_t kCode = 30;
  static constexpr std::string_view kKind = "note";
  static constexpr std::uint32_t kVersion = 1;
  std::string text;
  template <class A>
  void fields(A& a, std::uint32_t) { a(text); }
  bool operator==(const Note&) const = default;
};

}  // namespace tidemark::journal
