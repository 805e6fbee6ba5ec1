#pragma once
/// When a conversion works, how fast, and who is told: --polite, --between, --stop-at, --for, --max-profiles, --metrics-file, SIGUSR1.

#include <memory>

#include "commands/verbs/door.h"
#include "engine/conversion/pace.h"

namespace tidemark::commands {

/// @throws Failure usage: a time or window that isn't one
engine::conversion::PaceOptions pace_of(Door& door, const Convert& options);

/// While it lives: asks for a stop when the time is up, answers SIGUSR1, writes the metrics file.
class Pacing {
 public:
  /// @throws Failure usage: a time that isn't one, or is past
  Pacing(Door& door, const Convert& options);
  ~Pacing();
  /// Seconds until the run ends itself; below 0: it doesn't.
  double stops_in() const;
  /// Once more, at the end.
  void write_metrics();

 private:
  void look();
  Door& door_;
  std::string metrics_file_;
  journal::UtcMicros end_{};  ///< 0: none
  const char* why_ = "";
  std::chrono::steady_clock::time_point written_{};
  std::unique_ptr<engine::Executor::Periodic> timer_;  // last: ends first
};

/// Prometheus' text of a conversion's progress.
std::string progress_metrics(const ProgressView& view);

}  // namespace tidemark::commands
