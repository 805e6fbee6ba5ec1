#pragma once
/// One sample of the monitoring: all measures of one interval, and its JSON as journal/events/probe_sampled.h fixes it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::engine::runbook::monitor {

/// How one probe query fared in an interval.
struct ProbeTimes {
  std::vector<std::uint64_t> us;  ///< each query that answered, microseconds, in order
  std::uint64_t failed = 0;       ///< those that didn't
  std::string error;              ///< the last failure's
  bool operator==(const ProbeTimes&) const = default;
};

struct TableSize {
  std::uint64_t bytes = 0;  ///< with indexes and TOAST
  std::int64_t rows = 0;    ///< estimated
  bool operator==(const TableSize&) const = default;
};

struct DatabaseMeasures {
  bool ok = false;
  std::string error;  ///< why it isn't ok
  std::uint64_t connections = 0, max_connections = 0;
  std::map<std::string, std::uint64_t> states;
  std::uint64_t slow_queries = 0;  ///< running for more than a second
  double slowest_s = 0;
  std::uint64_t locks = 0, locks_waiting = 0;
  std::uint64_t deadlocks = 0, commits = 0, rollbacks = 0;  ///< in the interval
  std::optional<double> replication_lag_s, cache_hit;       ///< nullopt: no standby; nothing was read
  std::map<std::string, TableSize> tables;
  bool operator==(const DatabaseMeasures&) const = default;
};

/// Where a log is read, so that a restart misses nothing.
struct LogPlace {
  std::string state;  ///< following, missing, unreadable; of a command: running, ended
  std::uint64_t lines = 0;
  std::uint64_t device = 0, inode = 0, offset = 0;  ///< of a file
  bool operator==(const LogPlace&) const = default;
};

struct LogMeasures {
  std::uint64_t requests = 0, errors = 0;  ///< lines with a status; those of 500 and above
  std::uint64_t lines = 0;
  std::map<std::string, std::uint64_t> patterns;  ///< by name; without smoke's own
  std::uint64_t smoke_rate_limited = 0;
  std::map<std::string, LogPlace> sources;
  bool operator==(const LogMeasures&) const = default;
};

struct RedisMeasures {
  bool ok = false;
  std::string error;
  std::map<std::string, double> counters;
  bool operator==(const RedisMeasures&) const = default;
};

struct Sample {
  std::string monitoring;
  std::uint64_t n = 0;
  std::string at;      ///< RFC 3339
  double seconds = 0;  ///< length of the interval
  bool warm_up = false;
  DatabaseMeasures database;
  std::map<std::string, ProbeTimes> probes;
  LogMeasures logs;
  std::optional<RedisMeasures> redis;
  bool operator==(const Sample&) const = default;
};

/// All probes' times together.
std::vector<std::uint64_t> all_times(const Sample& sample);
std::uint64_t failed_probes(const Sample& sample);
/// The smallest value that at least `percent` of them don't exceed (nearest rank), in milliseconds. nullopt: there are none.
std::optional<double> percentile_ms(std::vector<std::uint64_t> us, double percent);

std::string to_json(const Sample& sample);
/// @throws std::invalid_argument: no such object. Unknown keys are passed over, missing ones keep their default.
Sample parse_sample(std::string_view json);

}  // namespace tidemark::engine::runbook::monitor
