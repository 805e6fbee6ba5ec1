#pragma once
/// A migration tried on a scratch database that has the target's schema and none of its rows: for tables too large to be rewritten three times
/// under a lock, and for `plan`, which touches nothing.

#include <memory>
#include <string>
#include <vector>

#include "engine/schema/migration_folder.h"
#include "engine/schema/proof.h"
#include "engine/schema/scratch.h"

namespace tidemark::engine::schema {

struct Trial {
  std::string change;   ///< what the migration does to the schema, as text: equal where it does the same; empty: it didn't run
  Proven proven;        ///< proof "scratch", or empty with the reasons in `against`
  std::vector<std::string> drops;  ///< what holds data there and is dropped or retyped: "table public.a"
  std::string failed;   ///< why it can't be tried: no scratch database, or the script failed there
  bool ran() const { return failed.empty(); }
};

/// What stands between the two, with both sides' attributes.
std::string change_of(const CatalogSnapshot& before, const CatalogSnapshot& after);

/// Runs the migration in a transaction of this session and proves its inverse there. It stays applied, so that the next one finds it.
/// @param session  of a scratch database, outside of any transaction. @throws TargetError connection, other than the script's
Trial try_migration(Session& session, const MigrationFolder& folder, const SchemaLimits& limits);

/// The same on a copy made for it. Nothing is thrown but a stop: why it could not be tried stands in `failed`.
Trial try_on_copy(Environment& environment, Session& target, const Scratch& scratch, const MigrationFolder& folder, const SchemaLimits& limits);

}  // namespace tidemark::engine::schema
