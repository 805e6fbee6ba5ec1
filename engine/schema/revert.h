#pragma once
/// Undoes migrations, newest first, one unit each.

#include <string>
#include <vector>

#include "engine/schema/migration_folder.h"
#include "engine/schema/revert_plan.h"
#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

struct RevertReport {
  std::vector<std::string> reverted;  ///< by this call, newest first
  bool stopped = false;               ///< a stop was asked for: some are still applied
};

/// Everything that plan_revert() lists is undone and its history row marked rolled back. A script that would drop a table or
/// column holding data doesn't run.
/// @throws Failure failed: as plan_revert(); data would be lost (named, with row counts); PostgreSQL refused a script.
///         What was undone before stays undone. inconclusive: a failed row. paused: locks stay taken
RevertReport revert_to(Environment& environment, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& to,
                       const SchemaLimits& limits = {});

}  // namespace tidemark::engine::schema
