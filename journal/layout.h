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

/// Of the few events that aren't of one profile: "the newest of this kind" must not scan ten million others. A query has to repeat the condition word by word.
constexpr const char* kFewAreOfAKind = "kind NOT IN (20, 21, 22, 23, 24)";
constexpr const char* kIndexOfKinds = "CREATE INDEX event_kind ON event (kind) WHERE kind NOT IN (20, 21, 22, 23, 24)";
constexpr bool few_are_of(std::uint64_t kind) { return kind < 20 || kind > 24; }

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
