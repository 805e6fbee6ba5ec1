#pragma once
/// The monitoring as `monitor` and `run` do it.

#include <optional>
#include <vector>

#include "engine/runbook/monitor/judge.h"

namespace tidemark::commands {

class Door;
struct Monitor;

struct Monitored {
  bool paused = false;  ///< a stop was asked for: nothing else is set
  engine::runbook::monitor::Verdict verdict = engine::runbook::monitor::Verdict::inconclusive;
  std::vector<engine::runbook::monitor::Finding> findings;
  std::optional<engine::runbook::monitor::Finding> rollback;  ///< the rollback criterion that ended it
};
/// Watches, tells and records.
Monitored monitored(Door& door, const Monitor& options);

}  // namespace tidemark::commands
