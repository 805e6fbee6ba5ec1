#pragma once
/// Where the monitoring is shown: a table on a terminal that is drawn over itself, else now and then a line in the log.

#include <chrono>
#include <mutex>
#include <string>

#include "commands/console.h"
#include "commands/options.h"
#include "engine/runbook/monitor/watch.h"

namespace tidemark::commands {

/// Thread-safe: followed commands tell of their ends from threads of their own.
class MonitorScreen {
 public:
  MonitorScreen(Console& console, const Globals& globals);
  void show(const engine::runbook::monitor::View& view);
  /// A message above the table.
  void say(engine::Observer::Level level, const std::string& text);
  /// The table stays as it is; what comes is written below.
  void leave();

 private:
  void erase();
  void draw();

  Console& console_;
  bool live_, color_;
  std::mutex mutex_;
  std::vector<std::string> table_;
  std::size_t drawn_ = 0;  ///< lines of the table that stand on the terminal
  std::chrono::steady_clock::time_point said_{};
};

}  // namespace tidemark::commands
