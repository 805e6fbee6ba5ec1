#include "engine/runbook/monitor/sample.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tidemark::engine::runbook::monitor {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) { return value ? Json(*value) : Json(); }

Json database_json(const DatabaseMeasures& d) {
  if (!d.ok) return {{"ok", false}, {"error", d.error}};
  Json tables = Json::object();
  for (const auto& [name, size] : d.tables) tables[name] = {{"bytes", size.bytes}, {"rows", size.rows}};
  Json states = Json::object();
  for (const auto& [name, count] : d.states) states[name] = count;
  return {{"ok", true}, {"error", ""}, {"connections", d.connections}, {"max_connections", d.max_connections}, {"states", states},
          {"slow_queries", d.slow_queries}, {"slowest_s", d.slowest_s}, {"locks", d.locks}, {"locks_waiting", d.locks_waiting}, {"deadlocks", d.deadlocks},
          {"replication_lag_s", or_null(d.replication_lag_s)}, {"cache_hit", or_null(d.cache_hit)}, {"commits", d.commits}, {"rollbacks", d.rollbacks},
          {"tables", tables}};
}

Json probes_json(const Sample& sample) {
  const auto times = all_times(sample);
  Json by_name = Json::object();
  for (const auto& [name, probe] : sample.probes) by_name[name] = {{"us", probe.us}, {"failed", probe.failed}, {"error", probe.error}};
  return {{"count", times.size() + failed_probes(sample)}, {"failed", failed_probes(sample)}, {"p50_ms", or_null(percentile_ms(times, 50))},
          {"p95_ms", or_null(percentile_ms(times, 95))}, {"p99_ms", or_null(percentile_ms(times, 99))}, {"by_name", by_name}};
}

Json logs_json(const LogMeasures& logs) {
  Json patterns = Json::object(), sources = Json::object();
  for (const auto& [name, count] : logs.patterns) patterns[name] = count;
  for (const auto& [name, place] : logs.sources) {
    sources[name] = {{"state", place.state}, {"lines", place.lines}, {"device", place.device}, {"inode", place.inode}, {"offset", place.offset}};
  }
  return {{"requests", logs.requests}, {"errors", logs.errors}, {"lines", logs.lines}, {"patterns", patterns}, {"smoke_rate_limited", logs.smoke_rate_limited},
          {"sources", sources}};
}

Json redis_json(const std::optional<RedisMeasures>& redis) {
  if (!redis) return {};
  Json counters = Json::object();
  for (const auto& [name, value] : redis->counters) counters[name] = value;
  return {{"ok", redis->ok}, {"error", redis->error}, {"counters", counters}};
}

template <class T>
void get(const Json& from, const char* key, T& into) {
  if (const auto at = from.find(key); at != from.end() && !at->is_null()) into = at->get<T>();
}
template <class T>
void get(const Json& from, const char* key, std::optional<T>& into) {
  if (const auto at = from.find(key); at != from.end() && !at->is_null()) into = at->get<T>();
}
template <class Each>
void members(const Json& from, const char* key, Each each) {
  if (const auto at = from.find(key); at != from.end() && at->is_object()) {
    for (const auto& [name, value] : at->items()) each(name, value);
  }
}

}  // namespace

std::vector<std::uint64_t> all_times(const Sample& sample) {
  std::vector<std::uint64_t> all;
  for (const auto& [_, probe] : sample.probes) all.insert(all.end(), probe.us.begin(), probe.us.end());
  return all;
}

std::uint64_t failed_probes(const Sample& sample) {
  std::uint64_t failed = 0;
  for (const auto& [_, probe] : sample.probes) failed += probe.failed;
  return failed;
}

std::optional<double> percentile_ms(std::vector<std::uint64_t> us, double percent) {
  if (us.empty()) return std::nullopt;
  const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(percent / 100 * static_cast<double>(us.size()))));
  const auto at = us.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(us.begin(), at, us.end());
  return static_cast<double>(*at) / 1000;
}

std::string to_json(const Sample& sample) {
  const Json json = {{"monitoring", sample.monitoring}, {"n", sample.n}, {"at", sample.at}, {"seconds", sample.seconds}, {"warm_up", sample.warm_up},
                     {"database", database_json(sample.database)}, {"probes", probes_json(sample)}, {"logs", logs_json(sample.logs)},
                     {"redis", redis_json(sample.redis)}};
  // What a server or a log answered may be no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Sample parse_sample(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Sample sample;
    get(json, "monitoring", sample.monitoring);
    get(json, "n", sample.n);
    get(json, "at", sample.at);
    get(json, "seconds", sample.seconds);
    get(json, "warm_up", sample.warm_up);
    if (const auto d = json.find("database"); d != json.end()) {
      auto& into = sample.database;
      get(*d, "ok", into.ok);
      get(*d, "error", into.error);
      get(*d, "connections", into.connections);
      get(*d, "max_connections", into.max_connections);
      get(*d, "states", into.states);
      get(*d, "slow_queries", into.slow_queries);
      get(*d, "slowest_s", into.slowest_s);
      get(*d, "locks", into.locks);
      get(*d, "locks_waiting", into.locks_waiting);
      get(*d, "deadlocks", into.deadlocks);
      get(*d, "replication_lag_s", into.replication_lag_s);
      get(*d, "cache_hit", into.cache_hit);
      get(*d, "commits", into.commits);
      get(*d, "rollbacks", into.rollbacks);
      members(*d, "tables", [&](const std::string& name, const Json& size) {
        get(size, "bytes", into.tables[name].bytes);
        get(size, "rows", into.tables[name].rows);
      });
    }
    if (const auto p = json.find("probes"); p != json.end()) {
      members(*p, "by_name", [&](const std::string& name, const Json& probe) {
        auto& into = sample.probes[name];
        get(probe, "us", into.us);
        get(probe, "failed", into.failed);
        get(probe, "error", into.error);
      });
    }
    if (const auto l = json.find("logs"); l != json.end()) {
      auto& into = sample.logs;
      get(*l, "requests", into.requests);
      get(*l, "errors", into.errors);
      get(*l, "lines", into.lines);
      get(*l, "patterns", into.patterns);
      get(*l, "smoke_rate_limited", into.smoke_rate_limited);
      members(*l, "sources", [&](const std::string& name, const Json& place) {
        auto& at = into.sources[name];
        get(place, "state", at.state);
        get(place, "lines", at.lines);
        get(place, "device", at.device);
        get(place, "inode", at.inode);
        get(place, "offset", at.offset);
      });
    }
    if (const auto r = json.find("redis"); r != json.end() && r->is_object()) {
      sample.redis.emplace();
      get(*r, "ok", sample.redis->ok);
      get(*r, "error", sample.redis->error);
      get(*r, "counters", sample.redis->counters);
    }
    return sample;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("a sample of the monitoring can't be read: ") + error.what());
  }
}

}  // namespace tidemark::engine::runbook::monitor
