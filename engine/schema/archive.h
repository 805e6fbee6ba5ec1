#pragma once
/// Data that a script drops, written to the journal before it is dropped (kept.h reads it again, restore.h puts it back).
///
/// what = table: all rows, all columns that hold values of their own. column, label: the key and the value of each row that has one.
/// sequence: of a table or column that goes; its last value and whether it was used.

#include <string>
#include <vector>

#include "engine/schema/object_ids.h"
#include "engine/unit_of_work.h"

namespace tidemark::engine::schema {

struct Archived {
  std::string object;  ///< "table public.profile_links", "column public.profile_links.position"
  std::uint64_t rows = 0;
};

/// What of the vanished holds data now. Locks nothing: a look beforehand.
std::vector<Archived> holding(Session& session, const Vanished& vanished);

/// Locks, reads, and records in the unit's block, piece by piece, each durable before the next is read.
/// @throws Failure failed: a column of a table without a key holds data: its values could not be put back
std::vector<Archived> archive(Unit& unit, const std::string& migration, const Vanished& vanished);

/// A piece ends at whichever comes first; the size is judged by the piece before.
constexpr std::size_t kArchiveRows = 1000, kArchiveBytes = 2 << 20;

}  // namespace tidemark::engine::schema
