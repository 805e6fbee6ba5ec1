#pragma once
/// Data that a script drops, kept in the journal, and put back.
///
/// what = table: all rows, all columns that hold values of their own. column, label: the key and the value of each row that has one.
/// sequence: of a table or column that goes; its last value and whether it was used.

#include <functional>
#include <string>
#include <vector>

#include "engine/schema/object_ids.h"
#include "engine/unit_of_work.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

struct Archived {
  std::string object;  ///< "table public.profile_links", "column public.profile_links.position"
  std::uint64_t rows = 0;
};

/// What of the vanished holds data now. Locks nothing: a look beforehand.
std::vector<Archived> holding(Session& session, const Vanished& vanished);

/// Locks, reads, and records in the unit's block, in pieces of `kArchiveRows` rows, durable with its intent.
/// @throws Failure failed: a column of a table without a key holds data: its values could not be put back
std::vector<Archived> archive(Unit& unit, const std::string& migration, const Vanished& vanished);

/// Events rows_archived of the unit, in order, whether it committed or is still under way (what is durable of it).
std::vector<journal::RowsArchived> archived_by(const journal::Reader& reader, UnitId unit);

struct Restored {
  std::uint64_t rows = 0;
  std::vector<std::string> conflicts;  ///< "public.users {7}: the row has gone"
};
/// Inside a unit, when the tables are there again. Triggers of people's own don't fire. A row that stands there already with the same values counts
/// as back.
/// @param fresh  the columns and tables were made by this very transaction: what stands in them is nobody's work
Restored restore(Session& session, const std::vector<journal::RowsArchived>& archived, bool fresh);

constexpr std::size_t kArchiveRows = 1000;

}  // namespace tidemark::engine::schema
