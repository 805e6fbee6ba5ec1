#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// A restore of the target from a backup, stage by stage. Between begun and done the old database is in place until swapped says that the
/// restored one is; a stage that is missing has to be asked of the server (the databases' names).
struct TargetRestored {
  static constexpr std::uint16_t kCode = 39;
  static constexpr std::string_view kKind = "target_restored";
  static constexpr std::uint32_t kVersion = 1;
  std::string stage;      ///< begun, loaded, swapped, done, given_up
  std::string backup;     ///< path
  Digest sha256{};        ///< of the backup: what identifies the restore
  UtcMicros taken_at{};   ///< the backup's
  std::string database;   ///< the target's name, before and after
  std::string fresh;      ///< the restored database's name until the swap
  std::string old;        ///< the database's name that was in place before, from the swap on
  std::uint64_t units = 0;     ///< committed since the backup by the journal, and lost with the restore
  std::uint64_t profiles = 0;  ///< whose rows these units wrote
  std::string user, host;
  std::string how;        ///< terminal, --yes-restore, --auto-rollback
  std::map<std::string, std::uint64_t> rows;  ///< done: as counted in the restored database
  std::vector<std::string> differences;       ///< from the backup's counts; given_up: why
  template <class A>
  void fields(A& a, std::uint32_t) { a(stage, backup, sha256, taken_at, database, fresh, old, units, profiles, user, host, how, rows, differences); }
  bool operator==(const TargetRestored&) const = default;
};

}  // namespace tidemark::journal
