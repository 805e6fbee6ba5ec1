#pragma once
/// Judges a sequence of samples. Pure: the same samples give the same answers, live and read back from the journal.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/runbook/monitor/criteria.h"
#include "engine/runbook/monitor/sample.h"

namespace tidemark::engine::runbook::monitor {

enum class Verdict { healthy, breached, inconclusive };
const char* to_string(Verdict verdict);

/// One criterion as it stands.
struct Finding {
  std::string criterion;  ///< error_rate, query_p95, rate_limited, database_error, 5xx, probe_failures, rollback_error_rate, rollback_p95
  Verdict verdict = Verdict::inconclusive;
  bool rollback = false;  ///< a rollback criterion: breached, the migration is to be undone
  std::optional<double> value, limit, baseline;
  std::string unit;       ///< %, ms, lines, queries
  std::string detail;     ///< one line for people
};

/// The whole of what was judged so far.
struct Totals {
  std::uint64_t samples = 0;      ///< judged ones
  std::uint64_t requests = 0, errors = 0, probes = 0, probes_failed = 0;
  std::map<std::string, std::uint64_t> patterns;
  std::vector<std::uint64_t> us;  ///< all probes' times
  std::optional<double> error_rate() const;  ///< percent; nullopt: no requests
};

class Judge {
 public:
  /// @param logs  a log or a command is followed: without one, nothing tells about requests
  Judge(Criteria criteria, std::optional<Baseline> baseline, bool logs) : criteria_(criteria), baseline_(std::move(baseline)), logs_(logs) {}

  /// Samples of the warm-up count for nothing. @return what this sample breached, each criterion once
  std::vector<Finding> take(const Sample& sample);
  /// Every criterion as it stands now. @param at_end  the time is over: what was never measured enough is inconclusive; else it is healthy so far
  std::vector<Finding> findings(bool at_end) const;
  Verdict verdict(bool at_end) const;
  const Totals& totals() const { return totals_; }
  const std::optional<Baseline>& baseline() const { return baseline_; }
  const Criteria& criteria() const { return criteria_; }

 private:
  /// A measure that breaches when it is over its limit so many times in a row.
  struct Streak {
    unsigned over = 0;
    double least = 0;  ///< of the values in a row: what they all are over
    /// @return the streak is long enough
    bool take(double value, double limit, unsigned enough);
  };
  Finding rate(bool at_end) const;
  Finding time(bool at_end) const;
  Finding count(const std::string& name, std::int64_t most) const;
  void breach(Finding finding, std::vector<Finding>& fresh);
  double error_limit() const;

  Criteria criteria_;
  std::optional<Baseline> baseline_;
  bool logs_;
  Totals totals_;
  std::uint64_t point_requests_ = 0, point_errors_ = 0;
  Streak error_rate_, p95_, failures_, rollback_error_rate_, rollback_p95_;
  std::map<std::string, Finding> breached_;
};

}  // namespace tidemark::engine::runbook::monitor
