#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// Intent for one subject: the engine or the target would not take it.
struct SubjectRefused {
  static constexpr std::uint16_t kCode = 22;
  static constexpr std::string_view kKind = "subject_refused";
  static constexpr std::uint32_t kVersion = 1;
  Seq previous = 0;
  SourceDigest source{};
  std::string reason;  ///< source_too_large, target
  std::string sqlstate;
  std::string message;
  template <class A>
  void fields(A& a, std::uint32_t) { a(previous, source, reason, sqlstate, message); }
  bool operator==(const SubjectRefused&) const = default;
};

}  // namespace tidemark::journal
