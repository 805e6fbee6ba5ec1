#pragma once
/// [monitor] of tidemark.toml.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "engine/runbook/monitor/criteria.h"

namespace tidemark::commands {

class Section;

struct MonitorSettings {
  std::chrono::milliseconds duration{7'200'000}, interval{15'000}, warm_up{60'000}, baseline{900'000};  ///< baseline: how long --baseline lasts
  std::vector<std::string> logs;                ///< files; a relative path counts from the file's folder
  std::vector<std::string> commands;            ///< lines for sh, followed like logs
  std::string redis;                            ///< a URL without a password; TIDEMARK_REDIS_URL goes before it
  std::map<std::string, std::string> patterns;  ///< by name; beside or instead of the standard ones
  std::map<std::string, std::string> probes;    ///< SELECTs by name; empty: the standard ones
  unsigned probe_repeat = 5;
  int probe_timeout_ms = 5000;
  std::vector<std::string> tables;              ///< whose size is told; empty: those of the conversion
  std::string metrics_file;
  engine::runbook::monitor::Criteria criteria;
  bool operator==(const MonitorSettings&) const = default;
};

void read_monitor(Section& section, MonitorSettings& into);

}  // namespace tidemark::commands
