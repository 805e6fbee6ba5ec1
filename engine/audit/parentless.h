#pragma once
/// Rows that break a foreign key of their table: the target never lets one be, unless its triggers were left out. Reads only.

#include <map>
#include <string>

#include "engine/target.h"

namespace tidemark::engine::audit {

constexpr std::size_t kMostParentless = 1000;  ///< of each foreign key; whose rows they are is not known here

/// At most so many of each foreign key, by the text of `id_column`, with what is wrong; tables that this role may not read are left out.
std::map<std::string, std::string> parentless_rows(Session& session, const TableShape& table, const std::string& id_column);

}  // namespace tidemark::engine::audit
