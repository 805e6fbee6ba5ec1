#include "engine/runbook/monitor/past.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/runbook/smoke.h"

namespace tidemark::engine::runbook::monitor {
namespace {

using Json = nlohmann::json;

Json facts_of(const journal::MonitorJudged& event) {
  auto facts = Json::parse(event.facts, nullptr, false);
  return facts.is_object() ? facts : Json::object();
}

std::optional<double> number(const Json& facts, const char* key) {
  const auto at = facts.find(key);
  return at != facts.end() && at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
}

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<PastMonitoring> past_monitorings(const journal::Reader& journal) {
  std::vector<PastMonitoring> past;
  journal::Filter filter;
  filter.kind = journal::MonitorJudged::kCode;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto event = std::get<journal::MonitorJudged>(journal::decode(record));
    auto at = std::ranges::find(past, event.monitoring, &PastMonitoring::id);
    if (at == past.end()) {
      auto& fresh = past.emplace_back();
      fresh.started = record.seq;
      fresh.id = event.monitoring;
      fresh.purpose = event.purpose;
      at = past.end() - 1;
    }
    at->last = record.at;
    const auto facts = facts_of(event);
    if (event.state == "started") at->conversion_run = static_cast<std::uint64_t>(number(facts, "conversion_run").value_or(0));
    if (event.state == "ended") {
      at->ended = event.verdict;
      at->error_rate = number(facts, "error_rate");
      at->p95_ms = number(facts, "p95_ms");
      at->requests = static_cast<std::uint64_t>(number(facts, "requests").value_or(0));
    }
    return true;
  });
  return past;
}

std::vector<Finding> findings_of(const journal::Reader& journal, const PastMonitoring& monitoring) {
  std::vector<Finding> findings;
  journal::Filter filter;
  filter.kind = journal::MonitorJudged::kCode;
  filter.from = monitoring.started;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto event = std::get<journal::MonitorJudged>(journal::decode(record));
    if (event.monitoring != monitoring.id || event.state != "ended") return true;
    const auto facts = facts_of(event);
    for (const auto& one : facts.value("criteria", Json::array())) {
      const auto name = one.value("name", ""), verdict = one.value("verdict", "");
      findings.push_back({name, verdict == "healthy" ? Verdict::healthy : verdict == "breached" ? Verdict::breached : Verdict::inconclusive, name.starts_with("rollback_"), number(one, "value"),
                          number(one, "limit"), number(one, "baseline"), one.value("unit", ""), one.value("detail", "")});
    }
    return false;
  });
  return findings;
}

std::vector<Sample> samples_of(const journal::Reader& journal, const PastMonitoring& monitoring) {
  std::vector<Sample> samples;
  journal::Filter filter;
  filter.kind = journal::ProbeSampled::kCode;
  filter.from = monitoring.started;
  const auto id = to_string(monitoring.id);
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto event = std::get<journal::ProbeSampled>(journal::decode(record));
    if (event.sample.find(id) == std::string::npos) return true;
    auto sample = parse_sample(event.sample);
    if (sample.monitoring == id) samples.push_back(std::move(sample));
    return true;
  });
  return samples;
}

std::optional<PastMonitoring> find_monitoring(const std::vector<PastMonitoring>& past, const std::string& wanted) {
  const auto newest = [&](auto fits) -> std::optional<PastMonitoring> {
    const auto at = std::find_if(past.rbegin(), past.rend(), [&](const PastMonitoring& one) { return one.error_rate && fits(one); });
    return at == past.rend() ? std::nullopt : std::optional(*at);
  };
  if (wanted == "baseline") return newest([](const PastMonitoring& one) { return one.purpose == "baseline" && one.ended == "healthy"; });
  if (wanted == "last") return newest([](const PastMonitoring& one) { return !one.ended.empty(); });
  if (wanted.starts_with('#')) {
    const auto seq = whole(std::string_view(wanted).substr(1));
    return newest([&](const PastMonitoring& one) { return seq && one.started == *seq; });
  }
  const auto run = whole(wanted);
  const auto at = std::ranges::find_if(past, [&](const PastMonitoring& one) { return run && one.error_rate && one.purpose == "monitor" && one.conversion_run == *run; });
  return at == past.end() ? std::nullopt : std::optional(*at);
}

std::vector<SmokeHits> smoke_hits(const journal::Reader& journal) {
  std::vector<SmokeHits> hits;
  journal::Filter filter;
  filter.kind = journal::CheckRecorded::kCode;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto check = std::get<journal::CheckRecorded>(journal::decode(record));
    if (check.name != "smoke.rate_limited") return true;
    const auto detail = Json::parse(check.detail, nullptr, false);
    if (!detail.is_object() || !detail.contains("from") || !detail["from"].is_string() || !detail.contains("to") || !detail["to"].is_string()) return true;
    const auto from = journal::parse_utc(detail["from"].get<std::string>()), to = journal::parse_utc(detail["to"].get<std::string>());
    const auto count = number(detail, "count");
    if (from && to && count && *count > 0) hits.push_back({record.seq, *from, *to, static_cast<std::uint64_t>(*count)});
    return true;
  });
  return hits;
}

bool smoke_runs(const journal::Reader& journal, journal::UtcMicros now) {
  constexpr std::int64_t kLongestUs = std::int64_t{600} * 1'000'000;
  bool runs = false;
  journal::Filter filter;
  filter.kind = journal::CheckRecorded::kCode;
  filter.newest_first = true;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto check = std::get<journal::CheckRecorded>(journal::decode(record));
    if (check.name != "smoke") return true;
    runs = check.detail.starts_with(kSmokeBegun) && now.value - record.at.value < kLongestUs;
    return false;
  });
  return runs;
}

void leave_out(const std::vector<SmokeHits>& hits, std::map<journal::Seq, std::uint64_t>& left_out, Sample& sample, std::int64_t before_us) {
  const auto found = sample.logs.patterns.find("rate_limited");
  const auto at = journal::parse_utc(sample.at);
  if (found == sample.logs.patterns.end() || !at) return;
  constexpr std::int64_t kSlackUs = 1'000'000;  // a log is written a little later than the request was answered
  const auto begun = at->value - static_cast<std::int64_t>(sample.seconds * 1e6) - before_us;
  for (const auto& hit : hits) {
    if (hit.to.value + kSlackUs < begun || hit.from.value - kSlackUs > at->value) continue;
    auto& before = left_out[hit.seq];
    const auto budget = hit.count * std::max<std::uint64_t>(1, sample.logs.sources.size());
    const auto own = std::min(found->second, budget - std::min(budget, before));
    found->second -= own;
    before += own;
    sample.logs.smoke_rate_limited += own;
  }
}

std::vector<journal::Run> conversion_runs(const journal::Reader& journal) {
  std::set<journal::Run> runs;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.work == "convert" && unit.state == journal::UnitState::committed) runs.insert(unit.run);
    return true;
  });
  return {runs.begin(), runs.end()};
}

}  // namespace tidemark::engine::runbook::monitor
