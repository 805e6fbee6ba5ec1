#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"
#include "journal/subject_parts.h"

namespace tidemark::journal {

/// Intent for one subject of a rollback: the inverse changes as they are applied now.
template <class Changes>
struct BasicSubjectReverted {
  static constexpr std::uint16_t kCode = 23;
  static constexpr std::string_view kKind = "subject_reverted";
  static constexpr std::uint32_t kVersion = 1;
  Seq previous = 0;
  Changes changes;
  std::uint32_t left = 0;  ///< rows that the engine wrote and that stay (conflicts): more than 0 means partly reverted
  template <class A>
  void fields(A& a, std::uint32_t) { a(previous, changes, left); }
  bool operator==(const BasicSubjectReverted&) const = default;
};
using SubjectReverted = BasicSubjectReverted<RowChanges>;

}  // namespace tidemark::journal
