#pragma once
/// What is compared between a database and its copy.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::runbook {

/// By table, quoted where SQL needs it: public.profiles. Without the schema tidemark and the data of extensions.
using RowCounts = std::map<std::string, std::uint64_t>;
RowCounts count_rows(Session& session);

/// A digest of tables, columns, constraints and indexes by name and type. Not of expressions, owners and privileges: PostgreSQL
/// spells some expressions anew when a dump is restored.
Digest shape_of(Session& session);

/// "public.profiles: 20000 in the one, 19990 in the other"; empty: they are equal.
std::vector<std::string> differences(const RowCounts& one, const RowCounts& other);

}  // namespace tidemark::engine::runbook
