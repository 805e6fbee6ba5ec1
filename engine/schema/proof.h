#pragma once
/// Does the inverse bring the schema back? Tried behind a savepoint, in the transaction that ran the migration.

#include <set>

#include "engine/schema/restore.h"
#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/object_ids.h"
#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

/// A migration that has run in this transaction, and what was there before.
struct Ran {
  CatalogSnapshot before, after;
  ObjectIds ids_before, ids_after;
};

struct Trial;

struct Proven {
  std::string inverse;                   ///< SQL; empty: none
  std::string source;                    ///< "down.sql", "derived"; empty: none
  std::string proof;                     ///< as MigrationIntended::proof; empty: not proven, see `against`
  std::vector<std::string> against;      ///< why there is no inverse, or it doesn't hold: objects that differ, what it can't do
};

/// Derives the inverse, unless `down` is one, and tries it. Afterwards the transaction is as before the call, except that constraints are immediate.
/// @param archived  what the migration dropped: rows that a derived inverse needs before its keys
/// @param values  asked before the migration ran: what of its retyped columns must come back (see values_of)
/// @param trial  on a scratch database; nullptr: there was none. Counts where the tables concerned are too large to be tried here
Proven prove(Session& session, const Ran& ran, const std::optional<std::string>& down, const SchemaLimits& limits,
             const Kept& archived, const std::map<std::string, std::string>& values, const Trial* trial);

/// Bytes of these tables, with their indexes.
std::uint64_t bytes_of(Session& session, const std::set<std::string>& tables);

/// Runs an inverse; the archived rows come back where they belong in it. The pins are the caller's to set again.
Restored run_inverse(Session& session, const std::string& inverse, const Pins& pins, const Kept& archived, const std::function<void()>& after_each = {});

/// The columns' contents as one number each: compared before a migration and after its inverse. Columns that aren't there are left out.
std::map<std::string, std::string> values_of(Session& session, const std::vector<KnownObject>& columns);

/// What differs between the schema as it was and as the inverse left it, among what the migration or its inverse touched.
std::vector<std::string> not_restored(const CatalogSnapshot& before, const CatalogSnapshot& after, const CatalogSnapshot& undone);

}  // namespace tidemark::engine::schema
