#pragma once
/// The runbook's step 2: a dump of one snapshot, proven by restoring it.

#include <string>

#include "engine/environment.h"
#include "engine/runbook/backup_file.h"

namespace tidemark::engine::runbook {

struct BackupRequest {
  std::string directory;         ///< made if it isn't there, mode 0700
  std::string conninfo;          ///< of the target; may hold a password
  std::string scratch_conninfo;  ///< where a scratch database may be made; empty: on the target's server
  std::string prove = "restore"; ///< restore, list, none
  std::string programs;          ///< PostgreSQL's folder of programs; empty: PATH
  unsigned jobs = 2;             ///< of pg_restore
  bool check_space = true;
};

struct BackupResult {
  BackupRecorded backup;
  std::string unproven;                  ///< why the proof that was asked for is missing; empty: it is there
  std::vector<std::string> differences;  ///< between the snapshot and what was restored
};

/// Writes FILE.partial, which becomes FILE when complete, and then its sidecar; one at a time in a directory. Reads the target only.
/// @throws Failure failed (then nothing is left behind), paused; TargetError
BackupResult take_backup(Environment& environment, Target& reading, const BackupRequest& request);

}  // namespace tidemark::engine::runbook
