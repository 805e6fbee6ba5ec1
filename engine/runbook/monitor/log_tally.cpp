#include "engine/runbook/monitor/log_tally.h"

#include "engine/runbook/monitor/log_line.h"

namespace tidemark::engine::runbook::monitor {

void LogTally::line(const std::string& source, std::string_view text) {
  if (text.empty()) return;
  const auto parsed = parse_log_line(text);
  const auto matched = parsed.text.empty() ? std::vector<std::string>{} : patterns_.in(parsed.text);
  const std::lock_guard lock(mutex_);
  ++now_.lines;
  ++now_.sources[source].lines;
  if (parsed.status) {
    ++now_.requests;
    if (*parsed.status >= 500) {
      ++now_.errors;
      ++now_.patterns["5xx"];
    }
    if (*parsed.status == 429) ++now_.patterns["rate_limited"];
  }
  for (const auto& name : matched) {
    const bool counted = parsed.status && ((name == "5xx" && *parsed.status >= 500) || (name == "rate_limited" && *parsed.status == 429));
    if (!counted) ++now_.patterns[name];
  }
}

void LogTally::place(const std::string& source, const LogPlace& place) {
  const std::lock_guard lock(mutex_);
  auto& at = now_.sources[source];
  const auto lines = at.lines;
  at = place;
  at.lines = lines;
}

LogMeasures LogTally::take() {
  const std::lock_guard lock(mutex_);
  LogMeasures taken = now_;
  now_ = {};
  for (const auto& [name, place] : taken.sources) {
    now_.sources[name] = place;
    now_.sources[name].lines = 0;
  }
  return taken;
}

}  // namespace tidemark::engine::runbook::monitor
