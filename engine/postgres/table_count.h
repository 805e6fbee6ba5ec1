#pragma once
/// How many rows a table has, without reading a large one.

#include <cstdint>
#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

struct TableCount {
  std::uint64_t rows = 0;
  bool estimated = false;  ///< by the planner: its last ANALYZE's density, the pages that there are now
};
/// @param exact_below  a table that the planner thinks smaller than this is counted
TableCount count_or_estimate(Session& session, const std::string& schema, const std::string& table, std::uint64_t exact_below = 200000);

}  // namespace tidemark::engine::postgres
