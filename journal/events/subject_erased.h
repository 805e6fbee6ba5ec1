#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// On a person's request the payloads of a subject's events were replaced by their digests, in the transaction that appended this. Its
/// subject is theirs. Also what decode() gives for such an event: then `events` is empty.
struct SubjectErased {
  static constexpr std::uint16_t kCode = 33;
  static constexpr std::string_view kKind = "subject_erased";
  static constexpr std::uint32_t kVersion = 1;
  std::vector<Seq> events;  ///< that were erased, ascending
  std::string why;
  template <class A>
  void fields(A& a, std::uint32_t) { a(events, why); }
  bool operator==(const SubjectErased&) const = default;
};

}  // namespace tidemark::journal
