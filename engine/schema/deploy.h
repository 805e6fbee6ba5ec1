#pragma once
/// Applies pending migrations, one unit each, and keeps `_prisma_migrations` as Prisma would.

#include <string>
#include <vector>

#include "engine/schema/drift.h"
#include "engine/schema/migration_folder.h"
#include "engine/schema/schema_unit.h"
#include "engine/schema/status.h"

namespace tidemark::engine::schema {

struct DeployReport {
  std::vector<std::string> applied;  ///< by this call, in order
  SchemaStatus before;               ///< as it was found: what was pending, changed, unknown
  Drift drift;                       ///< as it was found
  std::uint64_t restored = 0;        ///< archived rows that are back
  std::uint64_t conflicts = 0;       ///< archived rows that could not be brought back
  std::vector<std::string> held;     ///< pending, and left because they stand behind SchemaLimits::until
  bool stopped = false;              ///< a stop was asked for: some are still pending
};

/// Tells through Environment::observer: changed files and unknown rows (warnings), each migration applied, "nothing to do".
/// @throws Failure failed: a script can't run in a unit (before anything ran), or PostgreSQL refused it (migration_refused is
///         recorded, nothing of it is left); check: others changed what is touched; inconclusive: a failed row in the history; paused: locks stay taken
DeployReport deploy(Environment& environment, WritingRun& run, const std::vector<MigrationFolder>& folders, const SchemaLimits& limits = {});

}  // namespace tidemark::engine::schema
