#pragma once
/// Migrations on a scratch database: what a schema looks like after each.

#include <string>
#include <vector>

#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/migration_folder.h"
#include "engine/schema/scratch.h"

namespace tidemark::engine::schema {

/// Its scripts as a transaction runs them: an index without CONCURRENTLY; VACUUM and REINDEX are nothing. @throws Failure as way_of()
MigrationFolder fit_for_unit(const MigrationFolder& folder, bool standard_strings = true);

struct Replayed {
  std::vector<CatalogSnapshot> states;  ///< before the first folder, then after each that ran
  std::string failed;                   ///< folder that PostgreSQL refused; empty: none. Those behind it were not tried
  std::string answer, sqlstate;         ///< what it said
};

/// Runs the scripts one after the other, each in a transaction (an index is made without CONCURRENTLY; VACUUM and REINDEX are passed over). The schema
/// that the search_path names is made first where it isn't.
/// @throws Failure: a script that neither we nor Prisma could run; TargetError connection
Replayed replay(postgres::ScratchDatabase& scratch, const std::vector<MigrationFolder>& folders);

/// Runs one script there and keeps what it did. @return what PostgreSQL said against it; nullopt: it ran
std::optional<TargetError> run_there(Session& scratch, const std::string& script);

/// In a snapshot of its own, outside of any transaction.
CatalogSnapshot schema_of_now(Session& session);

/// What differs in the schema itself: "+ column public.users.x" is in `live` only. @param privileges  false: GRANTs are passed over
std::vector<std::string> differing(const CatalogSnapshot& expected, const CatalogSnapshot& live, bool privileges);

}  // namespace tidemark::engine::schema
