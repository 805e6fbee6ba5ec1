#pragma once
/// What `rollback --to` would undo, decided without touching anything: the dry run.

#include <string>
#include <vector>

#include "engine/schema/migration_folder.h"
#include "engine/schema/prisma_history.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

struct RevertStep {
  std::string name;
  std::string history_id;  ///< of the row by which it counts as applied
  std::string checksum;    ///< of that row
  std::string script;      ///< the inverse
  std::string forward;     ///< what would apply it again; empty: not known
  journal::UnitId unit{};  ///< by which we applied it; none: it wasn't us
  journal::Digest before{}, after{};  ///< states of the schema around it when we applied it; zero: not known
  std::string source;      ///< whence the inverse: "event #7" or "NAME/down.sql"
};

/// Newest first: everything that was applied after `to` (by the history's times), which itself stays.
/// @param to       a migration that is applied, with a folder or only in the history; or "start": as far back as there are
///                 inverses, that is down to the newest migration that came with neither folder nor journal
/// @param journal  may be null. Its recorded inverse of that very history row is preferred to the folder's down.sql.
/// @throws Failure failed: `to` isn't applied, or a step has no inverse or one that can't run in a unit;
///         inconclusive: a failed row
std::vector<RevertStep> plan_revert(const History& history, const std::vector<MigrationFolder>& folders, const journal::Reader* journal,
                                    const std::string& to);
/// The same, with the history read now. SELECT is enough.
std::vector<RevertStep> plan_revert(Session& session, const std::vector<MigrationFolder>& folders, const journal::Reader* journal,
                                    const std::string& to);

}  // namespace tidemark::engine::schema
