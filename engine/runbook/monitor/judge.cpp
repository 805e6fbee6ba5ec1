#include "engine/runbook/monitor/judge.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tidemark::engine::runbook::monitor {
namespace {

std::string text(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, value < 10 ? "%.3g" : "%.1f", value);
  return buffer;
}

/// Differences of percentages that are equal on paper differ in the last bits of a double.
bool over(double value, double limit) { return value > limit + 1e-9 * std::max(1.0, std::abs(limit)); }

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::healthy: return "healthy";
    case Verdict::breached: return "breached";
    case Verdict::inconclusive: break;
  }
  return "inconclusive";
}

std::optional<double> Totals::error_rate() const {
  if (requests == 0) return std::nullopt;
  return 100.0 * static_cast<double>(errors) / static_cast<double>(requests);
}

bool Judge::Streak::take(double value, double limit, unsigned enough) {
  if (!monitor::over(value, limit)) {
    over = 0;
    return false;
  }
  least = over == 0 ? value : std::min(least, value);
  return ++over >= std::max(1U, enough);
}

double Judge::error_limit() const { return criteria_.error_rate_increase + (baseline_ ? baseline_->error_rate : 0); }

void Judge::breach(Finding finding, std::vector<Finding>& fresh) {
  finding.verdict = Verdict::breached;
  if (breached_.emplace(finding.criterion, finding).second) fresh.push_back(std::move(finding));
}

std::vector<Finding> Judge::take(const Sample& sample) {
  std::vector<Finding> fresh;
  if (sample.warm_up) return fresh;
  ++totals_.samples;
  const auto times = all_times(sample);
  const auto failed = failed_probes(sample);
  totals_.us.insert(totals_.us.end(), times.begin(), times.end());
  totals_.probes += times.size() + failed;
  totals_.probes_failed += failed;
  totals_.requests += sample.logs.requests;
  totals_.errors += sample.logs.errors;
  for (const auto& [name, count] : sample.logs.patterns) totals_.patterns[name] += count;

  const auto in_a_row = ", " + std::to_string(criteria_.consecutive) + (criteria_.consecutive == 1 ? " sample" : " samples in a row");
  point_requests_ += sample.logs.requests;
  point_errors_ += sample.logs.errors;
  if (criteria_.requests_min > 0 && point_requests_ >= std::max<std::uint64_t>(1, criteria_.point_requests_min)) {
    const double value = 100.0 * static_cast<double>(point_errors_) / static_cast<double>(point_requests_);
    point_requests_ = point_errors_ = 0;
    const auto base = baseline_ ? std::optional(baseline_->error_rate) : std::nullopt;
    if (error_rate_.take(value, error_limit(), criteria_.consecutive)) {
      breach({"error_rate", {}, false, error_rate_.least, error_limit(), base, "%",
              "error rate " + text(error_rate_.least) + " %, over " + text(error_limit()) + " %" +
                  (base ? " (baseline " + text(*base) + " % and " + text(criteria_.error_rate_increase) + " points)" : " (absolute: there is no baseline)") + in_a_row},
             fresh);
    }
    if (rollback_error_rate_.take(value, criteria_.rollback_error_rate, criteria_.consecutive)) {
      breach({"rollback_error_rate", {}, true, rollback_error_rate_.least, criteria_.rollback_error_rate, {}, "%",
              "error rate " + text(rollback_error_rate_.least) + " %, over " + text(criteria_.rollback_error_rate) + " %" + in_a_row},
             fresh);
    }
  }
  if (const auto p95 = percentile_ms(times, 95)) {
    if (p95_.take(*p95, criteria_.query_p95_ms, criteria_.consecutive)) {
      breach({"query_p95", {}, false, p95_.least, criteria_.query_p95_ms, baseline_ ? baseline_->p95_ms : std::nullopt, "ms",
              "p95 of the probe queries " + text(p95_.least) + " ms, over " + text(criteria_.query_p95_ms) + " ms" + in_a_row},
             fresh);
    }
    if (rollback_p95_.take(*p95, criteria_.rollback_p95_ms, criteria_.consecutive)) {
      breach({"rollback_p95", {}, true, rollback_p95_.least, criteria_.rollback_p95_ms, {}, "ms",
              "p95 of the probe queries " + text(rollback_p95_.least) + " ms, over " + text(criteria_.rollback_p95_ms) + " ms" + in_a_row},
             fresh);
    }
  }
  if (criteria_.probe_failures_max >= 0 && failures_.take(static_cast<double>(failed), static_cast<double>(criteria_.probe_failures_max), criteria_.consecutive)) {
    std::string why = sample.database.error;
    for (const auto& [_, probe] : sample.probes) why = probe.error.empty() ? why : probe.error;
    breach({"probe_failures", {}, false, failures_.least, static_cast<double>(criteria_.probe_failures_max), {}, "queries",
            "probe queries failed" + in_a_row + (why.empty() ? "" : ": " + why)},
           fresh);
  }
  for (const auto& [name, most] : {std::pair<const char*, std::int64_t>{"rate_limited", criteria_.rate_limited_max},
                                   {"database_error", criteria_.database_error_max}, {"5xx", criteria_.status_5xx_max}}) {
    if (auto finding = count(name, most); finding.verdict == Verdict::breached) breach(std::move(finding), fresh);
  }
  return fresh;
}

Finding Judge::count(const std::string& name, std::int64_t most) const {
  Finding finding{name, logs_ ? Verdict::healthy : Verdict::inconclusive, false, {}, {}, {}, "lines", "no log is followed"};
  if (most < 0) {
    finding.verdict = Verdict::healthy;
    finding.detail = "not judged";
  } else {
    finding.limit = static_cast<double>(most);
  }
  if (!logs_) return finding;
  const auto at = totals_.patterns.find(name);
  const std::uint64_t seen = at == totals_.patterns.end() ? 0 : at->second;
  finding.value = static_cast<double>(seen);
  if (most < 0) return finding;
  const bool too_many = seen > static_cast<std::uint64_t>(most);
  if (too_many) finding.verdict = Verdict::breached;
  finding.detail = std::to_string(seen) + (seen == 1 ? " line" : " lines") + " of " + name + (too_many ? ", over " : ", at most ") + std::to_string(most);
  return finding;
}

/// Over the whole time: what never was over its limit for long enough, but is all together.
Finding Judge::rate(bool at_end) const {
  const auto base = baseline_ ? std::optional(baseline_->error_rate) : std::nullopt;
  Finding finding{"error_rate", Verdict::healthy, false, totals_.error_rate(), error_limit(), base, "%", ""};
  if (criteria_.requests_min == 0) {
    finding.detail = "not judged (requests_min = 0)";
    return finding;
  }
  const auto of = std::to_string(totals_.errors) + " of " + std::to_string(totals_.requests) + " requests";
  const std::string absolute = base ? "" : " (absolute: there is no baseline)";
  if (totals_.requests < criteria_.requests_min) {
    finding.verdict = at_end ? Verdict::inconclusive : Verdict::healthy;
    finding.detail = !logs_ ? "no log is followed: nothing tells how requests fare" : of + ": fewer than " + std::to_string(criteria_.requests_min) + " tell nothing";
    return finding;
  }
  const bool too_many = over(*finding.value, error_limit());
  if (too_many && at_end) finding.verdict = Verdict::breached;
  finding.detail = of + (too_many ? ", over " : ", at most ") + text(error_limit()) + " %" + absolute;
  return finding;
}

Finding Judge::time(bool at_end) const {
  Finding finding{"query_p95", Verdict::healthy, false, percentile_ms(totals_.us, 95), criteria_.query_p95_ms, baseline_ ? baseline_->p95_ms : std::nullopt, "ms", ""};
  if (!finding.value) {
    finding.verdict = at_end ? Verdict::inconclusive : Verdict::healthy;
    finding.detail = "no probe query was answered";
    return finding;
  }
  const bool slow = over(*finding.value, criteria_.query_p95_ms);
  if (slow && at_end) finding.verdict = Verdict::breached;
  finding.detail = "p95 " + text(*finding.value) + " ms of " + std::to_string(totals_.us.size()) + " queries, " + (slow ? "over " : "at most ") + text(criteria_.query_p95_ms) + " ms";
  return finding;
}

std::vector<Finding> Judge::findings(bool at_end) const {
  std::vector<Finding> all{rate(at_end), time(at_end), count("rate_limited", criteria_.rate_limited_max), count("database_error", criteria_.database_error_max),
                           count("5xx", criteria_.status_5xx_max)};
  all.push_back({"probe_failures", Verdict::healthy, false, static_cast<double>(totals_.probes_failed), {}, {}, "queries",
                 std::to_string(totals_.probes_failed) + " of " + std::to_string(totals_.probes) + " probe queries failed"});
  const auto enough = totals_.requests >= std::max<std::uint64_t>(1, criteria_.point_requests_min);
  const bool judged = criteria_.requests_min > 0;
  all.push_back({"rollback_error_rate", !at_end || enough || !judged ? Verdict::healthy : Verdict::inconclusive, true, totals_.error_rate(), criteria_.rollback_error_rate, {}, "%",
                 !judged ? "not judged (requests_min = 0)" : enough ? "never over " + text(criteria_.rollback_error_rate) + " % for long" : "too few requests"});
  all.push_back({"rollback_p95", !at_end || !totals_.us.empty() ? Verdict::healthy : Verdict::inconclusive, true, percentile_ms(totals_.us, 95), criteria_.rollback_p95_ms, {}, "ms",
                 "never over " + text(criteria_.rollback_p95_ms) + " ms for long"});
  for (auto& finding : all) {
    if (const auto at = breached_.find(finding.criterion); at != breached_.end()) {
      const bool counts = finding.verdict == Verdict::breached && finding.unit == "lines";
      if (!counts) finding = at->second;  // a count goes on growing
    }
    if (!at_end && finding.verdict == Verdict::inconclusive) finding.verdict = Verdict::healthy;
  }
  return all;
}

Verdict Judge::verdict(bool at_end) const {
  const auto all = findings(at_end);
  const auto any = [&](Verdict verdict) { return std::any_of(all.begin(), all.end(), [&](const Finding& f) { return f.verdict == verdict; }); };
  if (any(Verdict::breached)) return Verdict::breached;
  return any(Verdict::inconclusive) ? Verdict::inconclusive : Verdict::healthy;
}

}  // namespace tidemark::engine::runbook::monitor
