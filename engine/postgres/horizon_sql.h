#pragma once
/// Horizons in SQL. A row's xmin has 32 bits and is compared by age(), which knows half a turn of the counter: a quarter after the horizon everything
/// counts as written since, and on another server process, too. Older rows, frozen ones with them, can only seem younger than they are.
/// Subtransactions have numbers above their transaction's: all that was in progress at the horizon is at or above it.

#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

/// Was the row `t` written since, as far as its xmin tells?
inline std::string written_since(const Horizon& since) {
  return "pg_catalog.age(t.xmin) <= pg_catalog.age('" + std::to_string(since.xid & 0xFFFFFFFF) + "'::pg_catalog.xid)";
}
/// Is the horizon so far away that xmin tells nothing? @param server  the expression for Horizon::server, a parameter
inline std::string out_of_sight(const Horizon& since, const std::string& server) {
  return "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - " + std::to_string(since.xid) +
         " > 1073741824 OR pg_catalog.pg_postmaster_start_time()::text <> " + server;
}

}  // namespace tidemark::engine::postgres
