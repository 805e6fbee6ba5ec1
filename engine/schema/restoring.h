#pragma once
/// What the parts of restore() have in common.

#include <map>
#include <string>
#include <vector>

#include "engine/schema/live_columns.h"
#include "engine/schema/restore.h"
#include "engine/target.h"

namespace tidemark::engine::schema {

/// "public.users {7}": a row by its key, or by all that was kept of it.
std::string key_text(const journal::RowsArchived& piece, const Row& row);
std::map<std::string, LiveColumn> live_by_name(Session& session, const std::string& table);

/// Columns and labels, by key: all of a piece at once; singly where the column is another one by now and doesn't take one of the values.
void restore_values(Session& session, const journal::RowsArchived& piece, bool fresh, Restored& result);

/// How rows of a table are put back: those that a foreign key keeps out wait for others as long as any other finds its place.
enum class Round {
  at_once,  ///< a piece that a foreign key keeps out waits as a whole
  singly,   ///< the rows that one keeps out wait
  last,     ///< what is kept out is a conflict
};
/// @param waiting  which rows of the piece are still to be put back; afterwards: those that wait
/// @return whether any found its place, or turned out to have none
bool restore_rows(Session& session, const journal::RowsArchived& piece, Round round, std::vector<bool>& waiting, Restored& result);

}  // namespace tidemark::engine::schema
