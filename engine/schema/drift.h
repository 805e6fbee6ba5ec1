#pragma once
/// What others did to the schema since it was last recorded.

#include <optional>
#include <string>
#include <vector>

#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/migration_folder.h"
#include "engine/schema/schema_unit.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

struct Drift {
  bool known = false;                     ///< there is a recorded state; all below is empty otherwise
  Digest recorded{}, live{};
  std::vector<std::string> objects;       ///< changed by nobody knows whom: "+ column public.users.x"
  std::vector<std::string> touched;       ///< those of them that a pending migration or the conversion touches
  std::vector<std::string> by;            ///< migrations that others applied or undid since, by Prisma: that is no drift
  bool operator==(const Drift&) const = default;
};

/// Compares the live schema with the state that the journal's last unit of the schema left. Differences in objects that scripts of `by` name, and of
/// steps that are begun, are theirs. Writes nothing.
/// @param session  outside of any transaction: one snapshot
Drift find_drift(Session& session, const journal::Reader& reader, const History& history, const std::vector<MigrationFolder>& folders, const Needed& needed = {});

/// The state after the journal's last committed unit of the schema; nullopt: none. Older units that were reconciled away don't count.
std::optional<Digest> last_recorded(const journal::Reader& reader);

}  // namespace tidemark::engine::schema
