#include "commands/verbs/monitor_table.h"

#include <algorithm>
#include <cstdio>

#include "commands/duration.h"
#include "commands/progress.h"
#include "commands/terminal.h"

namespace tidemark::commands {
namespace {

using namespace engine::runbook::monitor;

template <class... Values>
std::string form(const char* format, Values... values) {
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

std::string milliseconds(const std::optional<double>& value) { return value ? form(*value < 10 ? "%.2f ms" : "%.0f ms", *value) : "-"; }
std::string percent(const std::optional<double>& value) { return value ? form("%.2f %%", *value) : "-"; }
std::string megabytes(std::uint64_t bytes) { return form(bytes < 10'000'000 ? "%.1f MB" : "%.0f MB", static_cast<double>(bytes) / 1e6); }

std::optional<double> rate_of(std::uint64_t errors, std::uint64_t requests) {
  return requests == 0 ? std::nullopt : std::optional(100.0 * static_cast<double>(errors) / static_cast<double>(requests));
}

std::string padded(std::string text, std::size_t width, bool right = false) {
  if (text.size() >= width) return text;
  const std::string space(width - text.size(), ' ');
  return right ? space + text : text + space;
}

std::uint64_t pattern(const std::map<std::string, std::uint64_t>& patterns, const std::string& name) {
  const auto at = patterns.find(name);
  return at == patterns.end() ? 0 : at->second;
}

const Finding* find(const std::vector<Finding>& findings, const char* name) {
  const auto at = std::ranges::find(findings, name, &Finding::criterion);
  return at == findings.end() ? nullptr : &*at;
}

bool breached(const View& view) { return view.judge.verdict(false) == Verdict::breached; }

std::string state_of(const std::map<std::string, std::uint64_t>& states) {
  std::string text;
  for (const auto& [state, count] : states) {
    if (state != "idle" && !state.empty()) text += ", " + std::to_string(count) + " " + state;
  }
  return text;
}

}  // namespace

std::vector<std::string> monitor_table(const View& view, std::size_t width, bool color) {
  width = std::max<std::size_t>(60, width);
  const auto findings = view.judge.findings(false);
  const auto& sample = view.sample;
  const auto& totals = view.judge.totals();
  const auto& criteria = view.judge.criteria();
  const double whole = std::chrono::duration<double>(view.options.duration).count();
  std::vector<std::string> lines;
  const auto put = [&](std::string text, Paint paint = Paint::plain) {
    if (text.size() > width) text = text.substr(0, width - 3) + "...";
    lines.push_back(painted(text, paint, color));
  };
  const auto verdict = sample.warm_up ? "warming up" : breached(view) ? "BREACHED" : "healthy so far";
  put(view.options.purpose + "  " + clock_text(std::min(view.monitored_s, whole)) + " of " + clock_text(whole) + "  sample " + std::to_string(sample.n) + ", every " +
          to_text(view.options.interval) + "  " + verdict,
      breached(view) ? Paint::red : Paint::bold);
  const auto row = [&](const std::string& what, const std::string& now, const std::string& all, const std::string& limit, const char* criterion, const char* other = nullptr) {
    const auto* finding = criterion ? find(findings, criterion) : nullptr;
    const auto* worse = other ? find(findings, other) : nullptr;
    const bool bad = (finding && finding->verdict == Verdict::breached) || (worse && worse->verdict == Verdict::breached);
    const std::string text = padded(what, 16) + padded(now, 13, true) + padded(all, 13, true) + padded(limit, 13, true) + "  " +
                             (worse && worse->verdict == Verdict::breached ? "ROLLBACK" : bad ? "BREACHED" : criterion && !sample.warm_up ? "ok" : "");
    put(text, bad ? Paint::red : Paint::plain);
  };
  put(padded("", 16) + padded("interval", 13, true) + padded("all", 13, true) + padded("limit", 13, true), Paint::dim);
  const auto times = all_times(sample);
  const auto limit = criteria.error_rate_increase + (view.judge.baseline() ? view.judge.baseline()->error_rate : 0);
  row("error rate", percent(rate_of(sample.logs.errors, sample.logs.requests)), percent(totals.error_rate()), percent(limit), "error_rate", "rollback_error_rate");
  row("requests", grouped(static_cast<std::int64_t>(sample.logs.requests)), grouped(static_cast<std::int64_t>(totals.requests)),
      ">= " + grouped(static_cast<std::int64_t>(criteria.requests_min)), nullptr);
  row("query p50", milliseconds(percentile_ms(times, 50)), milliseconds(percentile_ms(totals.us, 50)), "", nullptr);
  row("query p95", milliseconds(percentile_ms(times, 95)), milliseconds(percentile_ms(totals.us, 95)), milliseconds(criteria.query_p95_ms), "query_p95", "rollback_p95");
  row("query p99", milliseconds(percentile_ms(times, 99)), milliseconds(percentile_ms(totals.us, 99)), "", nullptr);
  row("failed queries", std::to_string(failed_probes(sample)), std::to_string(totals.probes_failed), "", "probe_failures");
  for (const auto& [name, most] : {std::pair<const char*, std::int64_t>{"rate_limited", criteria.rate_limited_max}, {"database_error", criteria.database_error_max},
                                   {"5xx", criteria.status_5xx_max}}) {
    row(name, std::to_string(pattern(sample.logs.patterns, name)), std::to_string(pattern(totals.patterns, name)), most < 0 ? "" : std::to_string(most), most < 0 ? nullptr : name);
  }
  const auto& d = sample.database;
  if (d.ok) {
    put("database  " + std::to_string(d.connections) + " of " + std::to_string(d.max_connections) + " connections" + state_of(d.states));
    put("          " + std::to_string(d.slow_queries) + " over 1 s, " + std::to_string(d.locks) + " locks (" + std::to_string(d.locks_waiting) + " waiting), " +
        std::to_string(d.deadlocks) + " deadlocks" + (d.cache_hit ? form(", cache %.1f %%", *d.cache_hit * 100) : "") +
        (d.replication_lag_s ? form(", standby %.1f s behind", *d.replication_lag_s) : ""));
    std::string tables;
    for (const auto& [name, size] : d.tables) tables += (tables.empty() ? "" : ", ") + name.substr(name.find('.') + 1) + " " + megabytes(size.bytes);
    if (!tables.empty()) put("tables    " + printable(tables));
  } else {
    put("database  away: " + printable(d.error), Paint::red);
  }
  for (const auto& [name, place] : sample.logs.sources) {
    const bool well = place.state == "following" || place.state == "running";
    const auto lines_text = ", " + std::to_string(place.lines) + " lines";
    auto shown = printable(name);
    const auto room = width - 10 - lines_text.size() - place.state.size() - 2;
    if (shown.size() > room) shown = "..." + shown.substr(shown.size() - (room - 3));
    put("log       " + shown + ": " + place.state + lines_text, well ? Paint::plain : Paint::yellow);
  }
  if (sample.redis) {
    const auto counter = [&](const char* name) {
      const auto at = sample.redis->counters.find(name);
      return at == sample.redis->counters.end() ? 0.0 : at->second;
    };
    if (sample.redis->ok) put(form("redis     %.0f ops/s, %.0f clients, %.0f rejected, %.0f evicted", counter("instantaneous_ops_per_sec"), counter("connected_clients"),
                                   counter("rejected_connections"), counter("evicted_keys")));
    else put("redis     away: " + printable(sample.redis->error), Paint::yellow);
  }
  if (view.waiting > 0) put("journal   held by a run; " + std::to_string(view.waiting) + " events wait in memory", Paint::yellow);
  return lines;
}

std::string monitor_line(const View& view) {
  const auto& sample = view.sample;
  const auto times = all_times(sample);
  const double whole = std::chrono::duration<double>(view.options.duration).count();
  return view.options.purpose + " " + clock_text(std::min(view.monitored_s, whole)) + " of " + clock_text(whole) + ": " +
         (sample.warm_up ? "warming up" : breached(view) ? "BREACHED" : "healthy so far") + ", errors " + percent(rate_of(sample.logs.errors, sample.logs.requests)) + " of " +
         grouped(static_cast<std::int64_t>(sample.logs.requests)) + " requests, query p95 " + milliseconds(percentile_ms(times, 95)) + ", " +
         (sample.database.ok ? std::to_string(sample.database.connections) + " connections" : "database away") +
         (view.waiting > 0 ? ", " + std::to_string(view.waiting) + " events wait for the journal" : "");
}

}  // namespace tidemark::commands
