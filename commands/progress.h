#pragma once
/// How far a run is, as one line.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

namespace tidemark::commands {

struct ProgressView {
  std::string name;               ///< of what runs
  std::uint64_t total = 0;        ///< subjects; 0: not known
  std::uint64_t done = 0;         ///< with those of earlier runs
  std::int64_t rows = 0, refused = 0;  ///< of this run
  std::string row_word = "rows";  ///< "links"
  double seconds = 0;             ///< of this run
  double average = 0;             ///< subjects a second, this run
  double now = 0;                 ///< the same, of the last seconds
  bool estimated = false;         ///< `total` is the planner's guess
  double chunk_seconds = 0;       ///< of the last unit; 0: not known
  std::string held_up;            ///< "slower: probe p95 12 ms over 10"; empty: full speed
  double left = -1;               ///< seconds by the clock; below 0: not known
  double stops_in = -1;           ///< seconds until the run ends itself; below 0: it doesn't
};

/// "social_links: 12,000 of 20,000 (60%), 2,300/s now, 2,100/s on average, 31,204 links, 3 refused, 0:04 left", ASCII as far as the
/// name is. What doesn't fit into `width` columns is left out, the least important first; 0: no limit.
std::string format_progress(const ProgressView& view, std::size_t width = 0);
/// The same at the end: "social_links: 20,000 of 20,000 (100%) in 0:09, 2,100/s, 31,204 links, 3 refused"
std::string format_finish(const ProgressView& view);
/// 12,345
std::string grouped(std::int64_t number);
/// 0:04, 12:00, 1:02:03
std::string clock_text(double seconds);

/// Counts, and measures both rates. Not thread-safe.
class Meter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Meter(std::string name, std::uint64_t total, std::uint64_t done_before, Time start);
  void add(std::uint64_t subjects, std::int64_t rows, std::int64_t refused, Time now, double chunk_seconds = 0);
  void held_up(const std::string& why) { view_.held_up = why; }
  void estimated(bool is) { view_.estimated = is; }
  std::function<double(double)> by_the_clock;  ///< seconds of work → seconds until they are over, where there are hours without work
  std::function<double()> stops_in;            ///< seconds until the run ends itself
  ProgressView view(Time now) const;
  std::string row_word = "rows";

 private:
  ProgressView view_;
  std::uint64_t before_;
  Time start_;
  std::deque<std::pair<Time, std::uint64_t>> recent_;  ///< (time, done) of the last kWindow, and one before it
};

}  // namespace tidemark::commands
