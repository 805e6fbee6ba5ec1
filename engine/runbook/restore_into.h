#pragma once
/// A backup's contents in an empty database that is nobody's target.

#include <string>

#include "engine/environment.h"

namespace tidemark::engine::runbook {

struct RestoreInto {
  std::string backup;      ///< path of a pg_dump -Fc
  std::string into;        ///< conninfo; a password doesn't go onto a command line
  std::string programs;    ///< PostgreSQL's folder of programs; empty: PATH
  unsigned jobs = 2;       ///< of pg_restore
  bool elsewhere = false;  ///< another server: those that privileges were granted to needn't exist there
};

/// All of it, owned by the role that restores it, with statistics for the planner. What failed in its middle stays half: the database is to be made anew.
/// @throws Failure failed: the file is no backup or not the one that its FILE.json describes, or with what pg_restore said; paused when stopped
void restore_into(Environment& environment, const RestoreInto& request);

}  // namespace tidemark::engine::runbook
