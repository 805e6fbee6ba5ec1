#pragma once
/// A statement that runs outside of any transaction: what it makes or removes, and what the catalog says of it.

#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

struct StepStatement {
  enum class Kind { create_index, drop_index, reindex, vacuum };
  Kind kind = Kind::vacuum;
  std::string what;       ///< "CREATE INDEX CONCURRENTLY"
  std::string index;      ///< of create_index: its name, as the catalog has it
  std::string relation;   ///< of create_index its table, of drop_index the index: as SQL takes it; of reindex empty
  std::vector<std::string> names;  ///< of reindex: all names in the script
  bool if_not_exists = false;  ///< create_index: IF NOT EXISTS; drop_index: IF EXISTS
};

/// @param script  one statement, as way_of() found it
/// @throws Failure failed: an index without a name, which nobody could find again after a crash
StepStatement parse_step(std::string_view script, const std::string& what, const std::string& file, bool standard_strings);

/// An index as the catalog has it.
struct IndexState {
  bool there = false, valid = false;
  std::string identity;       ///< quoted, qualified
  std::string table;
  int builder = 0;            ///< backend that builds it now; 0: none
};

/// What the catalog says of a step. In a transaction of its own, or the caller's.
struct StepState {
  IndexState index;                     ///< of create_index and drop_index
  std::vector<IndexState> leftovers;    ///< invalid indexes that a crash left: to be dropped before the statement runs again
  bool relation = true;                 ///< the table (or, of drop_index, the index) is there
  bool done(const StepStatement& step) const;  ///< of reindex and vacuum never: that isn't in the catalog
  std::string proof(const StepStatement& step) const;
};
StepState look_at(Session& session, const StepStatement& step);

}  // namespace tidemark::engine::schema
