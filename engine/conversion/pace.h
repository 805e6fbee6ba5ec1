#pragma once
/// When the next chunk may begin, and how large it is. Asked by all workers.

#include "engine/conversion/chunk_size.h"
#include "engine/conversion/throttle.h"
#include "engine/time_window.h"
#include "journal/journal.h"

namespace tidemark::engine::conversion {

struct PaceOptions {
  ChunkBounds chunk;
  ThrottleLimits throttle;
  std::optional<TimeWindow> between;  ///< only then; the hours between are waited for
  std::uint64_t max_subjects = 0;     ///< recorded in this run; 0: no limit
};

class Pace {
 public:
  Pace(Environment& environment, journal::Writer& journal, const std::string& purpose, const SourceShape& source, const PaceOptions& options);

  /// Waits while the window is closed or the throttle halts. @return false: a stop was asked for
  bool ready();
  /// How many of the `wanted` subjects may be recorded; 0: --max-profiles are done, or will be when the other workers are.
  std::size_t claim(std::size_t wanted);
  void give_back(std::size_t unused);
  /// A chunk was done: its size is judged, and then rested as the throttle says.
  void took(std::size_t subjects, std::chrono::steady_clock::duration time);
  ChunkSize& size() { return size_; }

 private:
  void tell(const std::string& cause, const std::string& action);
  void wait_for_window();

  Environment& environment_;
  journal::Writer& journal_;
  PaceOptions options_;
  ChunkSize size_;
  std::mutex mutex_;
  std::uint64_t claimed_ = 0;
  std::atomic<bool> waiting_{false};
  Throttle throttle_;  // last: its timer calls tell()
};

}  // namespace tidemark::engine::conversion
