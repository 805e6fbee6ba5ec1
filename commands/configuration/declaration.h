#pragma once
/// The folders of declared conversions: <stamp>_<name>/{conversion.toml,rows.sql}. They stand beside the migrations, not among them: to Prisma a
/// folder without migration.sql is an error.

#include <string>
#include <vector>

#include "engine/conversion/declared.h"

namespace tidemark::commands {

/// @param name      the folder's, or what stands behind its stamp
/// @param built_in  a name that is taken
/// @return  the folder's path   @throws Failure failed: none, or several
std::string find_declaration(const std::string& conversions, const std::string& name, const std::string& built_in);

/// Paths of the folders whose names begin with a stamp: digits and an underscore. In no order; none where there is no such directory.
std::vector<std::string> stamped_declarations(const std::string& conversions);

/// @throws Failure usage with file and line: unknown or missing keys, no rows.sql
engine::conversion::Declaration read_declaration(const std::string& folder);

}  // namespace tidemark::commands
