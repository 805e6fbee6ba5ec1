#pragma once
/// Counts what the followed logs say, from any thread.

#include <mutex>
#include <string>
#include <string_view>

#include "engine/runbook/monitor/patterns.h"
#include "engine/runbook/monitor/sample.h"

namespace tidemark::engine::runbook::monitor {

class LogTally {
 public:
  explicit LogTally(const Patterns& patterns) : patterns_(patterns) {}
  void line(const std::string& source, std::string_view text);
  /// How a source stands; lines counted before stay.
  void place(const std::string& source, const LogPlace& place);
  /// What came since the last call. Sources stay, with zero lines.
  LogMeasures take();

 private:
  const Patterns& patterns_;
  std::mutex mutex_;
  LogMeasures now_;
};

}  // namespace tidemark::engine::runbook::monitor
