#pragma once
/// Labels that a script just added, made fit for use before its transaction ends.

#include "engine/schema/catalog_snapshot.h"

namespace tidemark::engine::schema {

/// PostgreSQL takes no label into a row in the transaction of its ALTER TYPE ... ADD VALUE (55P04), so that rows which had it could not come back
/// with it. A type made by CREATE TYPE has no such labels: enums that were there before and got labels are made again, with all that depends on them.
/// The schema's text stays the same, its object numbers don't. Rewrites the tables concerned.
/// @return whether anything was done. Where it can't be done nothing is, and the rows will be conflicts.
bool remake_grown_enums(Session& session, const CatalogSnapshot& before, const CatalogSnapshot& after, const Pins& pins);

}  // namespace tidemark::engine::schema
