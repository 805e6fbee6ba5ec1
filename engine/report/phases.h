#pragma once
/// The runbook's phases: planned by its appendix A, actual by the journal.

#include "engine/report/history.h"
#include "engine/report/monitoring.h"
#include "engine/report/model.h"

namespace tidemark::engine::report {

/// In the runbook's order; those without events have no start.
std::vector<Phase> phases_of(const journal::Reader& journal, const History& history, const Monitoring& monitoring);
/// Planned and actual minutes, a bar each.
Chart chart_of(const std::vector<Phase>& phases);

}  // namespace tidemark::engine::report
