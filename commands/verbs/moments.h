#pragma once
/// What the audit verbs share: moments from the command line, rows as objects, and a result that was printed to its end.

#include <string>

#include "commands/json.h"
#include "engine/audit/moment.h"

namespace tidemark::commands {

class Door;

/// Says on the log what a time of day was taken for. @param text  empty: the end
/// @throws Failure usage
engine::audit::Moment moment_of(Door& door, const std::string& option, const std::string& text);

/// {column: value}.
Json row_object(const journal::TableShape& table, const journal::Row& row);

/// @throws Failure failed if standard output took not all of it (disk full)
void check_printed(const std::string& doing);

}  // namespace tidemark::commands
