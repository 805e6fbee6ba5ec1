#pragma once
/// Monitorings as the journal remembers them: what to go on with, what to compare with, what a rollback would undo.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/runbook/monitor/criteria.h"
#include "engine/runbook/monitor/judge.h"
#include "engine/runbook/monitor/sample.h"
#include "journal/reader.h"

namespace tidemark::engine::runbook::monitor {

struct PastMonitoring {
  journal::Seq started = 0;     ///< the number of its first event
  journal::Uuid id;
  std::string purpose;          ///< monitor, baseline, review
  std::uint64_t conversion_run = 0;
  std::string ended;            ///< its verdict; empty: it never ended
  std::optional<double> error_rate, p95_ms;  ///< of one that ended
  std::uint64_t requests = 0;
  journal::UtcMicros last{};    ///< of its last event
};

/// Oldest first.
std::vector<PastMonitoring> past_monitorings(const journal::Reader& journal);
/// What one that ended was judged by.
std::vector<Finding> findings_of(const journal::Reader& journal, const PastMonitoring& monitoring);
/// All samples of one, in order.
std::vector<Sample> samples_of(const journal::Reader& journal, const PastMonitoring& monitoring);

/// @param wanted  "baseline": the newest one; "last": the newest of any purpose that ended; "#123": by its first event; "7": the first
///                after run 7 converted. @return nullopt: there is none that measured an error rate
std::optional<PastMonitoring> find_monitoring(const std::vector<PastMonitoring>& past, const std::string& wanted);

/// Requests that smoke made itself and that were answered by 429: check_recorded, `smoke.rate_limited`.
struct SmokeHits { journal::Seq seq = 0; journal::UtcMicros from, to; std::uint64_t count = 0; };
std::vector<SmokeHits> smoke_hits(const journal::Reader& journal);
/// Takes those that fall into the sample's time out of its rate_limited lines: each may stand in every log once.
/// @param left_out  how many of each were taken out before;  @param before_us  lines of so long before the sample are in it, too
void leave_out(const std::vector<SmokeHits>& hits, std::map<journal::Seq, std::uint64_t>& left_out, Sample& sample, std::int64_t before_us = 0);
/// A smoke test has begun and not ended: which answers 429 are its own is recorded at its end. One that began ten minutes ago was killed.
bool smoke_runs(const journal::Reader& journal, journal::UtcMicros now);

/// The runs that committed chunks of a conversion, oldest first.
std::vector<journal::Run> conversion_runs(const journal::Reader& journal);

}  // namespace tidemark::engine::runbook::monitor
