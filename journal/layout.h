#pragma once
/// The journal's tables. Source: FORMAT.md, "The file".

#include <cstdint>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace tidemark::journal {

constexpr std::int32_t kApplicationId = 0x54494445;  ///< "TIDE"
constexpr std::int32_t kFormat = 1;                  ///< PRAGMA user_version

/// Off only while erase() replaces payloads.
constexpr const char* kNoUpdate =
    "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the journal is append-only'); END";

/// A projection: derived from the events alone, rewritten as they are folded.
struct Projected {
  const char* name;
  const char* body;  ///< columns and table options
};
const std::vector<Projected>& projected_tables();

/// Makes everything in an empty database, the projections empty but for their one-row tables; the rows of `kind` too.
void make_layout(SQLite::Database& db);
/// Empty projections as temporary tables, which hide those of the file: for a fold beside them.
void make_temporary_projections(SQLite::Database& db);

/// One line per object of the schema; equal for equal layouts.
std::vector<std::string> schema_of(SQLite::Database& db);
/// What schema_of() gives for a journal of this format.
const std::vector<std::string>& expected_schema();

}  // namespace tidemark::journal
