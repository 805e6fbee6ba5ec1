#pragma once
/// What the monitoring shows while it runs. Pure.

#include <string>
#include <vector>

#include "engine/runbook/monitor/watch.h"

namespace tidemark::commands {

/// The live table: lines without line feeds, none wider than `width` (at least 60).
std::vector<std::string> monitor_table(const engine::runbook::monitor::View& view, std::size_t width, bool color);
/// The same as one line, for a log.
std::string monitor_line(const engine::runbook::monitor::View& view);

}  // namespace tidemark::commands
