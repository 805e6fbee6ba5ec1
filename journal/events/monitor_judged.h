#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The monitoring began, went on, found something, or ended. Its measures stand in probe_sampled.
///
/// | state           | facts: a JSON object |
/// | started         | for_s, interval_s, warm_up_s, consecutive, limits{criterion: limit}, baseline (the uuid of the monitoring compared with, or null),
/// |                 | baseline_error_rate (percent, or null), conversion_run (the newest run that converted rows; 0: none), logs[], commands[], redis (bool) |
/// | resumed         | remaining_s |
/// | gap             | seconds: nobody watched for so long (a sleeping machine) |
/// | breached        | value, limit, baseline (or null), unit: of the criterion named; once a criterion |
/// | rollback_due    | the same, and conversion_run (0: nothing to roll back), command; `detail` is the command |
/// | rolled_back     | conversion_run, exit_code, command |
/// | paused          | remaining_s |
/// | ended           | samples, monitored_s, gap_s, requests, errors, error_rate (percent, or null), p50_ms, p95_ms, p99_ms (or null), probes, probes_failed,
/// |                 | criteria[{name, verdict, value (or null), limit (or null), baseline (or null), unit, detail}] |
struct MonitorJudged {
  static constexpr std::uint16_t kCode = 42;
  static constexpr std::string_view kKind = "monitor_judged";
  static constexpr std::uint32_t kVersion = 1;
  Uuid monitoring;        ///< the same in all events of one monitoring
  std::string purpose;    ///< monitor, baseline, review
  std::string state;      ///< above
  std::string criterion;  ///< of breached, rollback_due: error_rate, query_p95, rate_limited, …; else empty
  std::string verdict;    ///< of ended: healthy, breached, inconclusive; else empty
  std::string detail;     ///< one line for people
  std::string facts;      ///< JSON
  template <class A>
  void fields(A& a, std::uint32_t) { a(monitoring, purpose, state, criterion, verdict, detail, facts); }
  bool operator==(const MonitorJudged&) const = default;
};

}  // namespace tidemark::journal
