#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"
#include "journal/subject_parts.h"

namespace tidemark::journal {

/// Intent for one subject: the exact rows, and the entries that are not created.
template <class Changes>
struct BasicSubjectConverted {
  static constexpr std::uint16_t kCode = 20;
  static constexpr std::string_view kKind = "subject_converted";
  static constexpr std::uint32_t kVersion = 1;
  Seq previous = 0;  ///< this subject's record before, 0: none
  SourceDigest source{};  ///< of the source's text
  Changes changes;
  std::vector<Rejection> rejected;
  bool over_api_limit = false;
  template <class A>
  void fields(A& a, std::uint32_t) { a(previous, source, changes, rejected, over_api_limit); }
  bool operator==(const BasicSubjectConverted&) const = default;
};
using SubjectConverted = BasicSubjectConverted<RowChanges>;

}  // namespace tidemark::journal
