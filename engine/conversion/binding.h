#pragma once
/// A conversion's tables as they are in the live catalog.

#include "engine/conversion/conversion.h"

namespace tidemark::engine::conversion {

struct Binding {
  SourceShape source;
  bool text_column = false;         ///< the value's column is text, not json or jsonb
  bool target_exists = false;       ///< false: the schema migrations are still to come (plan can do without)
  TableFacts target;                ///< shape.no is set by describe_once()
  std::vector<TableFacts> written;  ///< those that Decision::writes may name: the target, then Tables::also; set if it needs them
  std::vector<std::size_t> sent;    ///< target_columns → positions in target.shape.columns
  bool read_back = false;           ///< the stored row may differ from the sent one: read it before COMMIT
};

/// The source alone: an undo needs no more, and half-way down a schema the target may have lost a column.
Binding bind_source(Session& session, const Conversion& conversion);

/// @throws Failure failed: a table or column is missing, a key's type is neither uuid nor text, no index serves a match
Binding bind(Session& session, const Conversion& conversion, bool need_target);

/// Can this text be a key of the source, spelt as the server prints it? What can't be need not be asked for.
bool can_be_key(const SourceShape& source, const std::string& text);

/// A row in the order of target_columns put into the order of the table's columns.
Row in_table_order(const Binding& binding, Row sent);
/// The reverse, for a row that was recorded under `shape`; a column that it doesn't have is NULL.
Row in_sent_order(const Conversion& conversion, const TableShape& shape, const Row& stored);

/// Why the target would not take this row, as far as the catalog tells: length, NULL, enum label. Empty message: nothing known.
struct Obstacle { std::string sqlstate, message; };
Obstacle obstacle(const Binding& binding, const Row& sent);

}  // namespace tidemark::engine::conversion
