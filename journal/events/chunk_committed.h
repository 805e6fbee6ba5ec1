#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The target committed the chunk: the tag COMMIT was seen.
struct ChunkCommitted {
  static constexpr std::uint16_t kCode = 26;
  static constexpr std::string_view kKind = "chunk_committed";
  static constexpr std::uint32_t kVersion = 1;
  UtcMicros committed_at{};  ///< the receipt's time, target's clock
  template <class A>
  void fields(A& a, std::uint32_t) { a(committed_at); }
  bool operator==(const ChunkCommitted&) const = default;
};

}  // namespace tidemark::journal
