#pragma once
/// SQL that takes a schema from one snapshot to another, derived from their difference alone.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/schema/catalog_snapshot.h"

namespace tidemark::engine::schema {

struct Inverse {
  std::string sql;                  ///< one statement a line, or more where a definition has line feeds; empty: nothing to do
  std::vector<std::string> cannot;  ///< "policy public.users.own was made": why a person has to write it; then `sql` is not to be used
};

/// Stands in a derived inverse where archived rows come back: tables and columns are there, keys, checks and indexes not yet.
constexpr const char* kRowsComeBack = "-- archived rows come back here\n";

/// What stands before and behind kRowsComeBack; all of it before, if that isn't in it.
std::pair<std::string, std::string> parts_of(const std::string& inverse);

/// Renames are no business of it (see renames.h): an object of another name is another object.
/// @param replaced  columns (identities) that were dropped and made again under the same name: their values don't carry over
Inverse derive(const CatalogSnapshot& from, const CatalogSnapshot& to, const std::set<std::string>& replaced = {});

}  // namespace tidemark::engine::schema
