#include "engine/runbook/monitor/judge.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/runbook/monitor/metrics.h"
#include "engine/runbook/monitor/past.h"

using namespace tidemark::engine::runbook::monitor;

namespace {

Sample requests(std::uint64_t all, std::uint64_t errors) {
  Sample sample;
  sample.database.ok = true;
  sample.logs.requests = all;
  sample.logs.errors = errors;
  sample.probes["p"].us = {1000};
  return sample;
}
Sample slow(std::uint64_t ms, std::uint64_t all = 1000) {
  auto sample = requests(all, 0);
  sample.probes["p"].us = {ms * 1000};
  return sample;
}
Sample matches(const std::string& pattern, std::uint64_t lines) {
  auto sample = requests(1000, 0);
  sample.logs.patterns[pattern] = lines;
  return sample;
}
Sample failing(std::uint64_t failed) {
  auto sample = requests(1000, 0);
  sample.probes["p"].failed = failed;
  return sample;
}
Judge judge(std::optional<double> baseline = {}, Criteria criteria = {}) {
  return Judge(criteria, baseline ? std::optional(Baseline{"b", *baseline, {}}) : std::nullopt, true);
}
/// What was breached while it ran, and the verdict at the end: "query_p95 rollback_p95: breached".
std::string judged(Judge&& by, const std::vector<Sample>& samples) {
  std::string text;
  for (const auto& sample : samples) {
    for (const auto& finding : by.take(sample)) text += (text.empty() ? "" : " ") + finding.criterion;
  }
  return text + ": " + to_string(by.verdict(true));
}

}  // namespace

TEST_CASE("the limits, on each side of them") {
  using Row = std::tuple<const char*, std::optional<double>, std::vector<Sample>, std::string>;
  const auto three = [](const Sample& sample) { return std::vector<Sample>{sample, sample, sample}; };
  const auto [what, baseline, samples, expected] = GENERATE_COPY(table<const char*, std::optional<double>, std::vector<Sample>, std::string>({
      Row{"no error", {}, three(requests(1000, 0)), ": healthy"},
      Row{"0.1 percent without a baseline is at the limit", {}, three(requests(1000, 1)), ": healthy"},
      Row{"0.2 percent is over it", {}, three(requests(1000, 2)), "error_rate: breached"},
      Row{"0.3 over a baseline of 0.2 is at the limit", 0.2, three(requests(1000, 3)), ": healthy"},
      Row{"0.4 over a baseline of 0.2 is an increase of 0.2 points", 0.2, three(requests(1000, 4)), "error_rate: breached"},
      Row{"a baseline of 1 percent", 1.0, three(requests(10000, 110)), ": healthy"},
      Row{"and one request more", 1.0, three(requests(10000, 111)), "error_rate: breached"},
      Row{"5 percent is no reason to roll back", {}, three(requests(1000, 50)), "error_rate: breached"},
      Row{"5.1 percent is", {}, three(requests(1000, 51)), "error_rate rollback_error_rate: breached"},
      Row{"100 ms is at the limit", {}, three(slow(100)), ": healthy"},
      Row{"101 ms is over it", {}, three(slow(101)), "query_p95: breached"},
      Row{"500 ms is no reason to roll back", {}, three(slow(500)), "query_p95: breached"},
      Row{"501 ms is", {}, three(slow(501)), "query_p95 rollback_p95: breached"},
      Row{"one rate-limit hit", {}, {requests(1000, 0), matches("rate_limited", 1)}, "rate_limited: breached"},
      Row{"one database error", {}, {requests(1000, 0), matches("database_error", 1)}, "database_error: breached"},
      Row{"5xx have no limit of their own", {}, {requests(1000, 0), matches("5xx", 1)}, ": healthy"},
      Row{"failed queries", {}, three(failing(1)), "probe_failures: breached"},
      Row{"999 requests tell nothing", {}, three(requests(333, 0)), ": inconclusive"},
      Row{"1000 do", {}, {requests(500, 0), requests(500, 0)}, ": healthy"},
      Row{"a silent log", {}, three(requests(0, 0)), ": inconclusive"},
      Row{"a breach is more than too few requests", {}, three(slow(101, 0)), "query_p95: breached"},
  }));
  INFO(what);
  CHECK(judged(judge(baseline), samples) == expected);
}

TEST_CASE("a breach needs samples in a row") {
  const auto bad = requests(1000, 60), good = requests(1000, 0);
  const auto late = slow(600), quick = slow(1);
  // Two bad ones and a good one, again and again: 4 percent in all, over the limit of the whole time, but never a rollback.
  CHECK(judged(judge(), {bad, bad, good, bad, bad, good}) == ": breached");
  CHECK(judged(judge(), {late, late, quick, late, late, quick}) == ": breached");
  CHECK(judged(judge(), {late, late, quick, late, late, late}) == "query_p95 rollback_p95: breached");
  CHECK(judged(judge(), {failing(3), failing(3), good}) == ": healthy");
  Criteria one;
  one.consecutive = 1;
  CHECK(judged(judge({}, one), {good, bad}) == "error_rate rollback_error_rate: breached");
}

TEST_CASE("few requests are put together before they are judged") {
  Criteria few;
  few.requests_min = 100;
  // Five a sample: a point every four samples. One error in 20 is 5 percent.
  std::vector<Sample> samples;
  for (int i = 0; i < 40; ++i) samples.push_back(requests(5, i % 4 == 0 ? 1 : 0));
  CHECK(judged(judge({}, few), samples) == "error_rate: breached");
  for (auto& sample : samples) sample.logs.errors = 0;
  samples[7].logs.errors = 1;  // one error alone is no three in a row; 1 of 200 in all is over 0.1 percent
  CHECK(judged(judge({}, few), samples) == ": breached");
}

TEST_CASE("the warm-up counts for nothing") {
  auto cold = slow(900, 1000);
  cold.logs.errors = 900;
  cold.logs.patterns["rate_limited"] = 7;
  cold.warm_up = true;
  CHECK(judged(judge(), {cold, cold, cold, cold, requests(1000, 0)}) == ": healthy");
}

TEST_CASE("without a log nothing is known of requests; unless that is not asked for") {
  Judge by({}, {}, false);
  by.take(slow(1, 0));
  CHECK(by.verdict(false) == Verdict::healthy);
  CHECK(by.verdict(true) == Verdict::inconclusive);
  Criteria none;
  none.requests_min = 0;
  none.rate_limited_max = none.database_error_max = -1;
  Judge only_the_database(none, {}, false);
  only_the_database.take(slow(1, 0));
  CHECK(only_the_database.verdict(true) == Verdict::healthy);
}

TEST_CASE("a breach is told once and stays") {
  auto by = judge();
  CHECK(by.take(matches("rate_limited", 1)).size() == 1);
  CHECK(by.take(matches("rate_limited", 1)).empty());
  CHECK(by.verdict(false) == Verdict::breached);
  for (int i = 0; i < 50; ++i) by.take(requests(1000, 0));
  CHECK(by.verdict(true) == Verdict::breached);
}

TEST_CASE("the rate limits that smoke met itself are left out, in their time and not more of them") {
  const auto at = [](const char* text) { return *tidemark::journal::parse_utc(text); };
  const std::vector<SmokeHits> hits{{7, at("2026-11-22T02:14:10Z"), at("2026-11-22T02:14:20Z"), 2}};
  std::map<tidemark::journal::Seq, std::uint64_t> left_out;
  const auto left = [&](const char* when, std::uint64_t lines) {
    auto sample = matches("rate_limited", lines);
    sample.at = when;
    sample.seconds = 15;
    leave_out(hits, left_out, sample);
    CHECK(sample.logs.patterns["rate_limited"] + sample.logs.smoke_rate_limited == lines);
    return sample.logs.patterns["rate_limited"];
  };
  CHECK(left("2026-11-22T02:14:08.900Z", 1) == 1);  // before
  CHECK(left("2026-11-22T02:14:12Z", 1) == 0);
  CHECK(left("2026-11-22T02:14:27Z", 3) == 2);      // one was left
  CHECK(left("2026-11-22T02:14:30Z", 1) == 1);
  CHECK(left("2026-11-22T02:15:00Z", 1) == 1);      // after
}

TEST_CASE("percentiles are the nearest rank") {
  std::vector<std::uint64_t> us;
  CHECK_FALSE(percentile_ms(us, 95));
  for (std::uint64_t i = 100; i >= 1; --i) us.push_back(i * 1000);
  CHECK(percentile_ms(us, 50) == 50);
  CHECK(percentile_ms(us, 95) == 95);
  CHECK(percentile_ms(us, 99) == 99);
  CHECK(percentile_ms({7000}, 50) == 7);
}

TEST_CASE("a sample comes back from its JSON") {
  auto sample = requests(10, 1);
  sample.monitoring = "0193a1b2-c3d4-7e5f-8a9b-aaaaaaaaaaaa";
  sample.n = 3;
  sample.at = "2026-11-22T02:14:00.000000Z";
  sample.seconds = 15.5;
  sample.warm_up = true;
  auto& d = sample.database;
  d.connections = 12, d.max_connections = 100, d.states = {{"active", 2}, {"idle in transaction", 1}}, d.slow_queries = 1, d.slowest_s = 2.5, d.locks = 8, d.locks_waiting = 1;
  d.deadlocks = 1, d.commits = 50, d.rollbacks = 2, d.replication_lag_s = 0.25, d.tables["public.profiles"] = {8192, -1};
  sample.probes["q"] = {{1, 2}, 1, "no \"such\" table \xff"};
  sample.logs.patterns["rate_limited"] = 2;
  sample.logs.smoke_rate_limited = 1;
  sample.logs.sources["/var/log/a"] = {"following", 10, 1, 2, 3};
  sample.redis = RedisMeasures{true, "", {{"used_memory", 1e6}}};
  auto expected = sample;
  expected.probes["q"].error = "no \"such\" table \xef\xbf\xbd";  // not UTF-8: replaced
  CHECK(parse_sample(to_json(sample)) == expected);
  Sample away;
  away.database.error = "connection refused";
  CHECK(parse_sample(to_json(away)) == away);
  CHECK(parse_sample(R"({"n":4,"new_key":[1]})").n == 4);
  CHECK_THROWS_AS(parse_sample("{\"n\":"), std::invalid_argument);
  CHECK_THROWS_AS(parse_sample("{\"n\":\"four\"}"), std::invalid_argument);
}

TEST_CASE("the dashboard asks for metrics that there are, and every metric is written") {
  auto sample = requests(10, 1);
  sample.at = "2026-11-22T02:14:00Z";
  sample.database.states["active"] = 1;
  sample.database.replication_lag_s = 0, sample.database.cache_hit = 1;
  sample.database.tables["public.a\"b\\\n"] = {1, 1};
  sample.logs.patterns["5xx"] = 1;
  sample.redis = RedisMeasures{true, "", {{"used_memory", 1}}};
  auto by = judge();
  by.take(sample);
  const auto page = prometheus(sample, by, 60, false);
  std::set<std::string> names;
  for (const auto& metric : metrics()) {
    INFO(metric.name);
    CHECK(page.find("# TYPE " + metric.name + " " + metric.type + "\n" + metric.name) != std::string::npos);
    names.insert(metric.name);
  }
  CHECK(page.find("tidemark_monitor_table_bytes{table=\"public.a\\\"b\\\\\\n\"} 1\n") != std::string::npos);

  std::ifstream file(std::string(TIDEMARK_ROOT) + "/migrations/grafana-dashboard.json");
  const auto dashboard = nlohmann::json::parse(file);
  std::set<std::string> asked;
  for (const auto& panel : dashboard.at("panels")) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      const auto expression = target.at("expr").get<std::string>();
      for (auto at = expression.find("tidemark_"); at != std::string::npos; at = expression.find("tidemark_", at + 1)) {
        asked.insert(expression.substr(at, expression.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at) - at));
      }
    }
  }
  CHECK(asked.size() > 15);
  for (const auto& name : asked) {
    INFO(name);
    CHECK(names.contains(name));
  }
}
