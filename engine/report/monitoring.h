#pragma once
/// The monitoring as the journal has it: verdicts and samples (events monitor_judged and probe_sampled).

#include <map>

#include "engine/report/history.h"
#include "engine/report/model.h"

namespace tidemark::engine::report {

/// The last monitoring after the migration (purpose monitor).
struct Monitoring {
  Place started;                       ///< seq 0: none is recorded
  std::optional<Place> ended;          ///< nullopt: it goes on, or was broken off
  journal::UtcMicros last{};           ///< of its last event
  std::string verdict, detail;         ///< of the end: healthy, breached, inconclusive
  double planned_s = 0, monitored_s = 0;
  struct Judged { std::string name, verdict, detail; };
  std::vector<Judged> criteria;        ///< of the end
  std::vector<std::string> breaches;   ///< one line each, as they came
  /// One sample: seconds since the start, and what was measured.
  struct Sample {
    double at = 0;
    std::optional<double> p50_ms, p95_ms, error_rate;  ///< error_rate in percent; nullopt: no request
    double requests = 0, rate_limited = 0;
    bool warm_up = false;
  };
  std::vector<Sample> samples;
  std::optional<double> p95_limit, error_limit;  ///< of success, as configured then
  std::optional<double> baseline_error_rate;
};

Monitoring monitoring_of(const History& history);

/// Probe time and error rate over time; without samples they say "not recorded".
Chart probe_chart(const Monitoring& monitoring);
Chart error_chart(const Monitoring& monitoring);

}  // namespace tidemark::engine::report
