#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A backup exists.
struct BackupRecorded {
  static constexpr std::uint16_t kCode = 11;
  static constexpr std::string_view kKind = "backup_recorded";
  static constexpr std::uint32_t kVersion = 1;
  std::string path;
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::string proof;  ///< restore, list, none
  template <class A>
  void fields(A& a, std::uint32_t) { a(path, sha256, bytes, proof); }
  bool operator==(const BackupRecorded&) const = default;
};

}  // namespace tidemark::journal
