#pragma once
/// What a script says before it runs.

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::engine::schema {

/// A statement that can't run inside a unit.
struct Unfit {
  std::string what;  ///< "CREATE INDEX CONCURRENTLY"
  int line = 1;
  bool operator==(const Unfit&) const = default;
};

/// All of them, in order: CONCURRENTLY, VACUUM, ALTER SYSTEM, transaction commands, COPY FROM STDIN (the last that is looked at:
/// data follow it), psql's meta-commands. What PostgreSQL itself refuses inside EXECUTE beyond that, it refuses in the unit.
std::vector<Unfit> unfit_for_unit(std::string_view script, bool standard_strings = true);

/// How a script runs.
struct Way {
  std::string script;           ///< what is run: a BEGIN and COMMIT around all of it are blanks in it
  std::string alone;            ///< its one statement, which runs by itself outside of any transaction: "CREATE INDEX CONCURRENTLY"; empty: in a unit
  std::vector<Unfit> settings;  ///< "SET search_path" and such, which would outlive the script
};
/// @param file  "20251105_add/migration.sql", for the message
/// @param standard_strings  standard_conforming_strings of the connection
/// @throws Failure failed, naming what neither a unit nor a step of one statement can run
Way way_of(std::string_view script, const std::string& file, bool standard_strings = true);

/// Names that may be tables, each once: all identifiers, also those inside of dollar quotes (DO blocks, functions).
std::vector<std::string> identifiers(std::string_view script);

/// Does a statement of the script drop this table, or something of it (DROP TABLE …, ALTER TABLE name … DROP …)? By its unquoted name, in any schema;
/// what a DO block or a function does isn't seen.
bool drops_from(std::string_view script, std::string_view table);

/// The script of an inverse, which always runs in a unit: without BEGIN and COMMIT around it, and an index made or dropped without CONCURRENTLY.
/// @throws Failure as way_of()
std::string in_unit(std::string_view script, const std::string& file, bool standard_strings = true);

}  // namespace tidemark::engine::schema
