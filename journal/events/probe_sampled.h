#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// One sample of the monitoring: all measures of one interval. `name` is the monitoring's purpose (monitor, baseline, review). `sample` is a
/// JSON object; a null was not measured. Readers must take keys that they don't know.
///
///   monitoring   the uuid that monitor_judged carries       n         number of the sample, from 1
///   at           RFC 3339, when the interval ended          seconds   length of the interval
///   warm_up      true: recorded, not judged
///   database     {ok, error, connections, max_connections, states{state: n}, slow_queries (over one second), slowest_s, locks, locks_waiting,
///                deadlocks (in the interval), replication_lag_s|null, cache_hit|null (0 to 1, in the interval), commits, rollbacks (in the interval),
///                tables{"schema.table": {bytes, rows (estimated)}}}; not ok: error alone
///   probes       {count, failed, p50_ms|null, p95_ms|null, p99_ms|null, by_name{name: {us[] (each query's microseconds), failed, error}}}
///   logs         {requests, errors (status 5xx of these), lines, patterns{"5xx", "database_error", "rate_limited": n}, smoke_rate_limited (left out
///                of the pattern's count), sources{"name": {state, lines, device, inode, offset}}}
///   redis        null, or {ok, error, counters{name: n}}
struct ProbeSampled {
  static constexpr std::uint16_t kCode = 28;
  static constexpr std::string_view kKind = "probe_sampled";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  std::string sample;  ///< JSON
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, sample); }
  bool operator==(const ProbeSampled&) const = default;
};

}  // namespace tidemark::journal
