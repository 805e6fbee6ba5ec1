#pragma once
/// The schema `tidemark` as SQL: made by install(), printed by `tidemark ddl`.

#include <string>

namespace tidemark::engine::postgres {

constexpr int kSchemaVersion = 1;

/// @param id  an SQL expression for the target's tidemark id
std::string schema_sql(const std::string& id);

}  // namespace tidemark::engine::postgres
