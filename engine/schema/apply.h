#pragma once
/// One migration inside its unit: run, what it would lose archived, its inverse proven, what waits for it brought back.

#include "engine/schema/archive.h"
#include "engine/schema/kept.h"
#include "engine/schema/known_catalog.h"
#include "engine/schema/migration_folder.h"
#include "engine/schema/proof.h"

namespace tidemark::engine::schema {

struct Applied {
  Ran ran;
  Proven proven;                    ///< proof is never empty: "irreversible: WHY" where there is none
  std::vector<Archived> archived;   ///< what the migration dropped: its undo brings it back
  Restored restored;                ///< what an earlier undo of it had archived
};

/// @param reader   of the journal that the unit writes
/// @param catalog  knows afterwards what the migration left
/// @param trial    of this migration on a scratch database; nullptr: none
/// @param waiting  rows_archived by the last undo of this migration; empty: none
/// @throws Failure failed: it loses data or has no inverse that holds, and --irreversible wasn't given
Applied apply(Unit& unit, const journal::Reader& reader, KnownCatalog& catalog, const MigrationFolder& folder, const Kept& waiting,
              const SchemaLimits& limits, const Trial* trial);

}  // namespace tidemark::engine::schema
