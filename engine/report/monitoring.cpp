#include "engine/report/monitoring.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kPoints = 60;

Json object(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}
Json part(const Json& json, const char* key) { return json.contains(key) && json[key].is_object() ? json[key] : Json::object(); }
std::optional<double> number_at(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number() ? std::optional(json[key].get<double>()) : std::nullopt;
}
std::string text_at(const Json& json, const char* key) { return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : ""; }

void take(Monitoring& m, const Placed<journal::MonitorJudged>& judged) {
  const auto& event = judged.event;
  const auto facts = object(event.facts);
  m.last = judged.place.at;
  if (event.state == "breached" || event.state == "rollback_due") m.breaches.push_back(event.detail.empty() ? event.criterion : event.detail);
  if (event.state == "gap") m.breaches.push_back("");  // marks that nobody watched for a while; the end says for how long
  if (event.state != "ended") return;
  m.ended = judged.place;
  m.verdict = event.verdict;
  m.detail = event.detail;
  m.monitored_s = number_at(facts, "monitored_s").value_or(0);
  if (!facts.contains("criteria") || !facts["criteria"].is_array()) return;
  for (const auto& one : facts["criteria"]) m.criteria.push_back({text_at(one, "name"), text_at(one, "verdict"), text_at(one, "detail")});
}

/// Samples put together until there are few enough to be drawn: rates over all their requests, the worst time of a probe.
std::vector<Monitoring::Sample> thinned(const std::vector<Monitoring::Sample>& samples) {
  const auto each = (samples.size() + kPoints - 1) / kPoints;
  if (each <= 1) return samples;
  std::vector<Monitoring::Sample> out;
  for (std::size_t i = 0; i < samples.size(); i += each) {
    auto sum = samples[i];
    double errors = sum.error_rate.value_or(0) * sum.requests;
    for (std::size_t j = i + 1; j < std::min(i + each, samples.size()); ++j) {
      const auto& one = samples[j];
      if (one.p50_ms) sum.p50_ms = std::max(sum.p50_ms.value_or(0), *one.p50_ms);
      if (one.p95_ms) sum.p95_ms = std::max(sum.p95_ms.value_or(0), *one.p95_ms);
      errors += one.error_rate.value_or(0) * one.requests;
      sum.requests += one.requests;
      sum.at = one.at;
    }
    sum.error_rate = sum.requests > 0 ? std::optional(errors / sum.requests) : std::nullopt;
    out.push_back(sum);
  }
  return out;
}

Chart over_time(const std::vector<Monitoring::Sample>& samples) {
  Chart chart;
  chart.kind = Chart::Kind::lines;
  const double last = samples.empty() ? 0 : samples.back().at;
  const double unit = last > 180 ? 60 : 1;
  chart.what = unit == 60 ? "Minute" : "Second";
  chart.x_label = unit == 60 ? "minutes of monitoring" : "seconds of monitoring";
  chart.x_max = last / unit;
  for (const auto& sample : samples) {
    chart.labels.push_back(fixed(sample.at / unit, 1));
    chart.x.push_back(sample.at / unit);
  }
  return chart;
}

}  // namespace

Monitoring monitoring_of(const History& history) {
  Monitoring m;
  journal::Uuid id;
  for (const auto& judged : history.monitors) {
    if (judged.event.purpose != "monitor") continue;
    if (judged.event.state == "started") {
      m = {};
      id = judged.event.monitoring;
      m.started = judged.place;
      m.last = judged.place.at;
      const auto facts = object(judged.event.facts);
      m.planned_s = number_at(facts, "for_s").value_or(0);
      m.baseline_error_rate = number_at(facts, "baseline_error_rate");
      const auto limits = part(facts, "limits");
      m.p95_limit = number_at(limits, "query_p95");
      m.error_limit = number_at(limits, "error_rate");
    } else if (judged.event.monitoring == id && m.started.seq != 0) {
      take(m, judged);
    }
  }
  std::erase(m.breaches, "");
  if (m.started.seq == 0) return m;
  const auto wanted = to_string(id);
  for (const auto& placed : history.samples) {
    const auto sample = object(placed.event.sample);
    if (text_at(sample, "monitoring") != wanted) continue;
    const auto at = journal::parse_utc(text_at(sample, "at"));
    const auto probes = part(sample, "probes"), logs = part(sample, "logs");
    Monitoring::Sample one;
    one.at = static_cast<double>((at ? *at : placed.place.at).value - m.started.at.value) / 1e6;
    if (one.at < 0) continue;
    one.p50_ms = number_at(probes, "p50_ms");
    one.p95_ms = number_at(probes, "p95_ms");
    one.requests = number_at(logs, "requests").value_or(0);
    if (one.requests > 0) one.error_rate = number_at(logs, "errors").value_or(0) * 100 / one.requests;
    one.rate_limited = number_at(part(logs, "patterns"), "rate_limited").value_or(0);
    one.warm_up = sample.contains("warm_up") && sample["warm_up"] == true;
    m.samples.push_back(one);
    m.last = std::max(m.last, placed.place.at);
  }
  std::stable_sort(m.samples.begin(), m.samples.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return m;
}

Chart probe_chart(const Monitoring& monitoring) {
  const auto samples = thinned(monitoring.samples);
  auto chart = over_time(samples);
  chart.id = "probes";
  chart.title = "Probe queries";
  chart.description = "Time of the monitoring's probe queries: median and 95th percentile of each sample.";
  chart.y_label = "milliseconds";
  Chart::Series p50{"Median", 1, {}}, p95{"95th percentile", 1, {}};
  for (const auto& sample : samples) p50.values.push_back(sample.p50_ms), p95.values.push_back(sample.p95_ms);
  if (!samples.empty()) chart.series = {std::move(p50), std::move(p95)};
  if (monitoring.p95_limit) chart.limits.emplace_back(*monitoring.p95_limit, "limit of the 95th percentile: " + number(*monitoring.p95_limit, 0) + " ms");
  if (samples.size() < monitoring.samples.size()) chart.note = "Several samples a point: the highest of them.";
  return chart;
}

Chart error_chart(const Monitoring& monitoring) {
  const auto samples = thinned(monitoring.samples);
  auto chart = over_time(samples);
  chart.id = "errors";
  chart.title = "Error rate";
  chart.description = "Requests answered with a 5xx, of the requests in the logs.";
  chart.y_label = "percent of requests";
  Chart::Series rate{"5xx", 2, {}};
  for (const auto& sample : samples) rate.values.push_back(sample.error_rate);
  if (!samples.empty()) chart.series = {std::move(rate)};
  chart.note = monitoring.baseline_error_rate ? "Before the migration it was " + number(*monitoring.baseline_error_rate, 2) + " percent." : "";
  return chart;
}

}  // namespace tidemark::engine::report
