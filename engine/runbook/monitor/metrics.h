#pragma once
/// The measures in Prometheus' text format, for node_exporter's textfile collector or anything that reads a file.

#include <string>
#include <vector>

#include "engine/runbook/monitor/judge.h"
#include "engine/runbook/monitor/sample.h"

namespace tidemark::engine::runbook::monitor {

/// All names, each with what it means: "tidemark_monitor_connections", "Client connections to the database".
struct Metric { std::string name, type, help; };
const std::vector<Metric>& metrics();

/// One exposition: every metric that this sample has a value for. @param remaining_s  monitored time still to go
std::string prometheus(const Sample& sample, const Judge& judge, double remaining_s, bool ended);

/// Beside the file, then in its place: who reads it never sees half of it. @throws std::system_error
void replace_file(const std::string& path, const std::string& text);

}  // namespace tidemark::engine::runbook::monitor
