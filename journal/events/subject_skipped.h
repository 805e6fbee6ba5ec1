#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"
#include "journal/subject_parts.h"

namespace tidemark::journal {

/// Intent for one subject: nothing to create.
struct SubjectSkipped {
  static constexpr std::uint16_t kCode = 21;
  static constexpr std::string_view kKind = "subject_skipped";
  static constexpr std::uint32_t kVersion = 1;
  Seq previous = 0;
  SourceDigest source{};
  std::string reason;
  std::vector<Rejection> rejected;
  template <class A>
  void fields(A& a, std::uint32_t) { a(previous, source, reason, rejected); }
  bool operator==(const SubjectSkipped&) const = default;
};

}  // namespace tidemark::journal
