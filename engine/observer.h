#pragma once
/// What the engine tells while it works. Called from workers: implementations lock for themselves.

#include <cstdint>
#include <string>

#include "journal/subject_parts.h"

namespace tidemark::engine {

struct Progress {
  std::uint64_t subjects = 0, rows = 0;  ///< of the chunk that was just recorded
  journal::Tally tally;                  ///< what was recorded, one for each profile and row (not what the counters change by)
  double seconds = 0;                    ///< that its unit took
};

class Observer {
 public:
  virtual ~Observer() = default;
  enum class Level { debug, info, warning };
  virtual void say(Level level, const std::string& message) = 0;
  virtual void progress(const Progress&) {}
  /// A run slowed down, halted, waits, or goes on (then without a cause).
  virtual void throttled(const std::string& /*cause*/, const std::string& /*action*/) {}
};

}  // namespace tidemark::engine
