#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A backup exists. Stored with kBackupSubject, so that these few are found by index among millions.
inline constexpr std::string_view kBackupSubject = "backup";

struct BackupRecorded {
  static constexpr std::uint16_t kCode = 11;
  static constexpr std::string_view kKind = "backup_recorded";
  static constexpr std::uint32_t kVersion = 2;
  std::string path;
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::string proof;  ///< restore, list, none
  // Since version 2; empty in older records: not known.
  UtcMicros taken_at{};        ///< of its snapshot, by the target's clock
  std::string database;
  std::string system;          ///< identifier of the server's data; empty: could not be read
  std::string server_version;
  std::string dumped_by;       ///< what pg_dump says of its version
  std::map<std::string, std::uint64_t> rows;  ///< of the snapshot, by table, quoted where SQL needs it: public.profiles
  Digest shape{};              ///< of the tables' columns, constraints and indexes by name and type
  template <class A>
  void fields(A& a, std::uint32_t v) {
    a(path, sha256, bytes, proof);
    if (v >= 2) a(taken_at, database, system, server_version, dumped_by, rows, shape);
  }
  bool operator==(const BackupRecorded&) const = default;
};

}  // namespace tidemark::journal
