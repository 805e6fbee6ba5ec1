// What the monitoring shows: each number where a tired person looks for it, nothing wider than the terminal, nothing that moves it.
#include "commands/verbs/monitor_table.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "commands/duration.h"

using namespace tidemark;
using namespace tidemark::commands;
using namespace tidemark::engine::runbook::monitor;

namespace {

struct Shown {
  WatchOptions options;
  Sample sample;
  Judge judge;
  double monitored_s = 90;
  std::size_t waiting = 0;

  explicit Shown(Criteria criteria = {}, std::optional<tidemark::engine::runbook::monitor::Baseline> baseline = {}) : judge(criteria, std::move(baseline), true) {
    options.criteria = criteria;
    sample.n = 7;
    sample.seconds = 15;
    sample.database.ok = true;
    sample.database.connections = 12;
    sample.database.max_connections = 100;
    sample.logs.requests = 2000;
    sample.probes["links"].us = {2'000, 3'500, 48'000};
    sample.logs.sources["app.log"] = {"following", 2400, 0, 0, 0};
  }
  void take(unsigned times = 1) {
    for (unsigned i = 0; i < times; ++i) (void)judge.take(sample);
  }
  View view() const { return {options, sample, judge, monitored_s, waiting}; }
  std::string table(std::size_t width = 120, bool color = false) const {
    std::string text;
    for (const auto& line : monitor_table(view(), width, color)) text += line + "\n";
    return text;
  }
  std::string line() const { return monitor_line(view()); }
};

/// A run of blanks as one, none at a line's end: columns are another test's.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && !out.empty() && out.back() == ' ') out.pop_back();
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  }
  return out;
}
bool has(const std::string& text, const std::string& part) { return squeezed(text).find(squeezed(part)) != std::string::npos; }

}  // namespace

TEST_CASE("a healthy sample, with all that it may have") {
  Shown shown;
  shown.sample.logs.errors = 1;
  shown.sample.database.states = {{"idle", 8}, {"active", 3}, {"idle in transaction", 1}, {"", 2}};
  shown.sample.database.slow_queries = 2;
  shown.sample.database.locks = 31;
  shown.sample.database.locks_waiting = 4;
  shown.sample.database.deadlocks = 5;
  shown.sample.database.cache_hit = 0.987;
  shown.sample.database.replication_lag_s = 1.5;
  shown.sample.database.tables = {{"public.profile_links", {123'456'789, 1}}, {"profiles", {1'234'567, 1}}};
  shown.sample.redis = RedisMeasures{true, "", {{"instantaneous_ops_per_sec", 42}, {"connected_clients", 3}, {"evicted_keys", 9}}};
  shown.take();
  const auto table = shown.table();
  CAPTURE(table);
  CHECK(has(table, "monitor  1:30 of 2:00:00  sample 7, every 15s  healthy so far"));
  CHECK(has(table, "0.05 %"));
  CHECK(has(table, "2,000"));
  CHECK(has(table, ">= 1,000"));
  CHECK(has(table, "3.50 ms"));
  CHECK(has(table, "48 ms"));
  CHECK(has(table, "12 of 100 connections, 3 active, 1 idle in transaction\n"));
  CHECK(has(table, "2 over 1 s, 31 locks (4 waiting), 5 deadlocks, cache 98.7 %, standby 1.5 s behind"));
  CHECK(has(table, "profiles 1.2 MB, profile_links 123 MB"));
  CHECK(has(table, "log       app.log: following, 2400 lines"));
  CHECK(has(table, "42 ops/s, 3 clients, 0 rejected, 9 evicted"));
  CHECK_FALSE(has(table, "BREACHED"));
  CHECK_FALSE(has(table, "wait in memory"));
  CHECK(shown.line() == "monitor 1:30 of 2:00:00: healthy so far, errors 0.05 % of 2,000 requests, query p95 48 ms, 12 connections");
}

TEST_CASE("nothing measured is a dash, not a zero") {
  Shown shown;
  shown.sample.logs = {};
  shown.sample.probes.clear();
  shown.sample.warm_up = true;
  shown.sample.database = {};
  shown.sample.database.error = "could not connect\x1b[2J";
  shown.waiting = 3;
  shown.monitored_s = 1e9;
  const auto table = shown.table();
  CAPTURE(table);
  CHECK(has(table, "2:00:00 of 2:00:00"));
  CHECK(has(table, "warming up"));
  CHECK(has(table, "error rate                  -            -"));
  CHECK(has(table, "query p95                   -            -"));
  CHECK(has(table, "database  away: could not connect\\x1B[2J"));
  CHECK(has(table, "held by a run; 3 events wait in memory"));
  CHECK_FALSE(has(table, " ok\n"));
  CHECK(shown.line() == "monitor 2:00:00 of 2:00:00: warming up, errors - of 0 requests, query p95 -, database away, 3 events wait for the journal");
}

TEST_CASE("a breach and a rollback criterion stand at their rows and in the headline, in red where there is colour") {
  Criteria criteria;
  criteria.rollback_p95_ms = 1000;
  Shown shown(criteria, tidemark::engine::runbook::monitor::Baseline{"b", 0.4, {}});
  shown.sample.logs.errors = 200;  // 10 %
  shown.sample.probes["links"].us = {200'000};
  shown.sample.probes["links"].failed = 1;
  shown.sample.logs.patterns = {{"rate_limited", 2}, {"5xx", 200}};
  shown.take(3);
  const auto table = shown.table();
  CAPTURE(table);
  CHECK(has(table, "every 15s  BREACHED"));
  CHECK(has(table, "error rate          10.00 %      10.00 %       0.50 %  ROLLBACK"));
  CHECK(has(table, "query p95            200 ms       200 ms       100 ms  BREACHED"));
  CHECK(has(table, "failed queries            1            3               BREACHED"));
  CHECK(has(table, "rate_limited              2            6            0  BREACHED"));
  CHECK(has(table, "database_error            0            0            0  ok"));
  CHECK(has(table, "5xx                     200          600"));
  CHECK(has(shown.table(120, true), "\x1b[31m"));
  CHECK(has(shown.line(), "BREACHED"));
}

TEST_CASE("what is not judged has no limit, and a judged count of 5xx has one") {
  Criteria criteria;
  criteria.rate_limited_max = -1;
  criteria.status_5xx_max = 7;
  Shown shown(criteria);
  shown.take();
  const auto table = shown.table();
  CHECK(has(table, "rate_limited 0 0\n"));
  CHECK(has(table, "5xx                       0            0            7  ok"));
}

TEST_CASE("no line is wider than the terminal, which has sixty columns at least") {
  const std::size_t width = GENERATE(10, 60, 80);
  Shown shown;
  shown.options.purpose = std::string(100, 'p');
  shown.sample.logs.sources = {{"/var/log/" + std::string(200, 'x') + "/app.log", {"missing", 1, 0, 0, 0}}, {"tail -f", {"running", 2, 0, 0, 0}}, {"gone", {"ended", 3, 0, 0, 0}}};
  shown.sample.redis = RedisMeasures{false, "Connection refused", {}};
  for (const auto& line : monitor_table(shown.view(), width, false)) CHECK(line.size() <= std::max<std::size_t>(60, width));
  const auto table = shown.table(width);
  CHECK(has(table, "ppp..."));
  CHECK(has(table, "log       ...xxx"));
  CHECK(has(table, "/app.log: missing, 1 lines"));
  CHECK(has(table, "tail -f: running, 2 lines"));
  CHECK(has(table, "gone: ended, 3 lines"));
  CHECK(has(table, "redis     away: Connection refused"));
}

TEST_CASE("durations, as they are typed and as they are shown") {
  const auto [text, ms] = GENERATE(table<std::string, std::optional<std::int64_t>>({
      {"2h", 7'200'000},
      {"1h30m", 5'400'000},
      {"15m", 900'000},
      {"30s", 30'000},
      {"500ms", 500},
      {"1h2m3s4ms", 3'723'004},
      {"0s", 0},
      {"8784h", 366 * 24 * 3'600'000LL},
      {"", std::nullopt},
      {"h", std::nullopt},
      {"5", std::nullopt},
      {"5d", std::nullopt},
      {"-5s", std::nullopt},
      {"5s1m", std::nullopt},
      {"5s5s", std::nullopt},
      {"5 s", std::nullopt},
      {"8785h", std::nullopt},
      {"8784h1s", std::nullopt},
      {"99999999999999999999s", std::nullopt},
      {"9223372036854775807h", std::nullopt},
  }));
  CAPTURE(text);
  const auto parsed = parse_duration(text);
  REQUIRE(parsed.has_value() == ms.has_value());
  if (!parsed) return;
  CHECK(parsed->count() == *ms);
  CHECK(parse_duration(to_text(*parsed)) == parsed);
}
