#pragma once
/// Looks at the target once in a while, on a connection of its own, and says how much to slow down.

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "engine/connection.h"
#include "engine/conversion/brake.h"

namespace tidemark::engine::conversion {

class Throttle {
 public:
  /// Measures once, then every interval, until it is destroyed.
  /// @param purpose  of the connection, as Target::connect()
  /// @param changed  (cause, action) whenever either is another; on the measuring thread
  Throttle(Environment& environment, std::string purpose, const SourceShape& source, const ThrottleLimits& limits, std::string journal_path,
           std::function<void(const std::string&, const std::string&)> changed);
  ~Throttle();
  bool halted() const;
  double rest() const;  ///< after a chunk, times what it took
  std::string cause() const;

 private:
  void look();
  ThrottleMeasures measure();
  std::optional<double> probe(Session& session);

  Environment& environment_;
  Connection connection_;
  const SourceShape& source_;
  ThrottleLimits limits_;
  std::string journal_path_;
  std::function<void(const std::string&, const std::string&)> changed_;
  mutable std::mutex mutex_;
  Brake brake_;
  std::deque<double> probes_;  ///< ms, of the last intervals
  std::set<std::string> said_;
  std::optional<std::pair<std::chrono::steady_clock::time_point, double>> wal_;  ///< bytes since the log began
  std::optional<std::string> key_;
  bool lost_ = false;
  std::unique_ptr<Executor::Periodic> timer_;  // last: ends first
};

}  // namespace tidemark::engine::conversion
