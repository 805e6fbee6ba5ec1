#pragma once
/// Undoes migrations, newest first, one unit each.

#include <string>
#include <vector>

#include "engine/schema/archive.h"
#include "engine/schema/migration_folder.h"
#include "engine/schema/revert_plan.h"
#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

struct RevertReport {
  std::vector<std::string> reverted;  ///< by this call, newest first
  struct Kept { std::string migration; Archived what; };
  std::vector<Kept> archived;         ///< what the undo dropped: it comes back when the migration is applied again
  std::uint64_t restored = 0;         ///< rows that a migration had dropped, and that are back
  std::uint64_t conflicts = 0;        ///< such rows that could not be brought back
  bool stopped = false;               ///< a stop was asked for: some are still applied
};

/// Everything that plan_revert() lists is undone and its history row marked rolled back. What the script drops is archived first, in the
/// same transaction; what the migration itself had dropped comes back.
/// @throws Failure failed: as plan_revert(); a value doesn't fit its column's former type; PostgreSQL refused a script.
///         What was undone before stays undone. inconclusive: a failed row. paused: locks stay taken
RevertReport revert_to(Environment& environment, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& to,
                       const SchemaLimits& limits = {});

}  // namespace tidemark::engine::schema
