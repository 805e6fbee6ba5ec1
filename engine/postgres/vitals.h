#pragma once
/// How a database fares: connections, slow queries, locks, replication, cache, sizes. What a role may not see is left out by the
/// server (other users' queries show as connections, not as slow queries) or here.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::postgres {

struct Vitals {
  std::uint64_t connections = 0, max_connections = 0;
  std::map<std::string, std::uint64_t> states;   ///< of client connections to this database, without ourselves
  std::uint64_t slow_queries = 0;                ///< active for more than a second
  double slowest_s = 0;
  std::uint64_t locks = 0, locks_waiting = 0;
  std::optional<double> replication_lag_s;       ///< of the slowest standby; on a standby its own; nullopt: there is none, or this role may not see it
  // Since the statistics' last reset.
  std::uint64_t deadlocks = 0, commits = 0, rollbacks = 0, blocks_hit = 0, blocks_read = 0;
  struct Size { std::uint64_t bytes = 0; std::int64_t rows = 0; };
  std::map<std::string, Size> tables;
};

/// In a transaction that reads (begin_reading()). @param tables  by the connection's search path; those that aren't there are left out
Vitals read_vitals(Session& session, const std::vector<std::string>& tables);

}  // namespace tidemark::engine::postgres
