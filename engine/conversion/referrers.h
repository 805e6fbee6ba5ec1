#pragma once
/// Rows that refer to a row by a foreign key, and what the target does with them when it goes or its key changes: found before it is written.

#include "engine/target.h"

namespace tidemark::engine::conversion {

/// A foreign key that refers to a table.
struct Reference {
  std::string constraint, schema, table;
  char on_delete = 'a', on_update = 'a';          ///< a no action, r restrict, c cascade, n set null, d set default
  std::vector<std::string> columns, referred;     ///< the referring table's columns; those that they refer to
};
/// Does any foreign key refer to the table, or to a partition of it? In a fraction of the time that it takes to describe them.
bool is_referred_to(Session& session, const TableShape& table);
std::vector<Reference> references_to(Session& session, const TableShape& table);

/// Rows of `referring` (its live shape) whose columns refer to the given row, for each row; the row's columns must all be there. One query.
std::vector<Rows> referring_rows(Session& session, const Reference& reference, const TableShape& referring, const TableShape& table, const Rows& rows);

}  // namespace tidemark::engine::conversion
