#pragma once
/// Whether a conversion must slow down for those who are awake: measures against limits. Pure.

#include <optional>
#include <string>
#include <vector>

namespace tidemark::engine::conversion {

/// Below zero: not judged.
struct ThrottleLimits {
  double replication_lag_s = -1;  ///< of the slowest standby
  double active_sessions = -1;    ///< of others
  double probe_p95_ms = -1;
  double wal_mib_s = -1;          ///< written by the whole server
  double waiting_sessions = -1;   ///< others that wait for a lock of ours
  double transaction_s = -1;      ///< the oldest transaction of ours
  double free_disk_mib = -1;      ///< at least, where the journal is
  double rest = 0;                ///< after a chunk, times what the chunk took
  int interval_ms = 1000;         ///< between measures
  std::string probe;              ///< a query of one row, or of none; empty: a row of the source by its key
  bool any() const {
    for (const double limit : {replication_lag_s, active_sessions, probe_p95_ms, wal_mib_s, waiting_sessions, transaction_s, free_disk_mib}) {
      if (limit >= 0) return true;
    }
    return false;
  }
  bool operator==(const ThrottleLimits&) const = default;
};

/// nullopt: not known (no standby, no privilege, the first interval).
struct ThrottleMeasures {
  std::optional<double> replication_lag_s, active_sessions, probe_p95_ms, wal_mib_s, waiting_sessions, transaction_s, free_disk_mib;
};

/// A limit that doesn't hold.
struct Excess {
  std::string text;   ///< "replication lag 12.0 s over 5"
  bool hard = false;  ///< more than twice the limit, or the disk: to be waited for, not only eased
};
std::vector<Excess> judge(const ThrottleMeasures& measures, const ThrottleLimits& limits);

/// Each bad measure brakes harder, each good one less: 0 free, then pauses of once, three and eight times a chunk's time, then a halt.
class Brake {
 public:
  static constexpr int kHalt = 4;
  /// @return whether free, slower or halted changed, or the cause while it isn't free
  bool measured(const std::vector<Excess>& excesses);
  bool halted() const { return level_ == kHalt; }
  double rest() const;              ///< after a chunk, times what it took
  const std::string& cause() const { return cause_; }  ///< empty: free
  std::string action() const;       ///< free: "full speed"; "slower", "halted"

 private:
  int level_ = 0;
  std::string cause_;
};

}  // namespace tidemark::engine::conversion
