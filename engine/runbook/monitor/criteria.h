#pragma once
/// What the monitoring is judged by. The defaults are the runbook's numbers ("Success Criteria", "When to Rollback").

#include <cstdint>
#include <optional>
#include <string>

namespace tidemark::engine::runbook::monitor {

struct Criteria {
  // Success.
  double error_rate_increase = 0.1;      ///< percentage points over the baseline; without one, percent absolutely
  double query_p95_ms = 100;
  std::int64_t rate_limited_max = 0;     ///< of the whole time, -1: not judged; so the next two
  std::int64_t database_error_max = 0;
  std::int64_t status_5xx_max = -1;      ///< the rate judges them
  std::int64_t probe_failures_max = 0;   ///< of one sample; consecutive ones breach
  // Rollback.
  double rollback_error_rate = 5;        ///< percent
  double rollback_p95_ms = 500;
  // How.
  unsigned consecutive = 3;              ///< samples in a row until a rate or a time counts as a breach
  std::uint64_t requests_min = 1000;     ///< of the whole time: fewer tell nothing about an error rate; 0: requests are not judged
  std::uint64_t point_requests_min = 20; ///< samples are put together until they have so many
  bool operator==(const Criteria&) const = default;
};

/// What the errors are compared with.
struct Baseline {
  std::string monitoring;    ///< its uuid
  double error_rate = 0;     ///< percent
  std::optional<double> p95_ms;
};

}  // namespace tidemark::engine::runbook::monitor
