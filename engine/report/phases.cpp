#include "engine/report/phases.h"

#include <algorithm>

namespace tidemark::engine::report {
namespace {

using journal::UtcMicros;

double seconds(UtcMicros from, UtcMicros to) { return static_cast<double>(to.value - from.value) / 1e6; }

void widen(Phase& phase, UtcMicros from, UtcMicros to) {
  phase.started = phase.started ? std::min(*phase.started, from) : from;
  phase.ended = phase.ended ? std::max(*phase.ended, to) : to;
}

/// The runs of a verb. What counts as done is the last one's end.
Phase by_runs(std::string name, double planned, const journal::Reader& journal, const History& history, const std::string& verb) {
  Phase phase{std::move(name), planned, {}, {}, 0, ""};
  for (const auto& run : journal.runs()) {
    if (run.started.verb != verb) continue;
    const auto last = history.last_of_run.find(run.run);
    const auto end = run.exit_code ? run.ended_at : last == history.last_of_run.end() ? run.at : last->second;
    widen(phase, run.at, end);
    phase.busy_seconds += seconds(run.at, end);
    phase.state = !run.exit_code ? "running, or ended without a word" : *run.exit_code == 0 ? "done" : *run.exit_code == 4 ? "done, with refused profiles left" : run.state;
  }
  return phase;
}

Phase by_checks(std::string name, double planned, const History& history, const std::string& prefix) {
  Phase phase{std::move(name), planned, {}, {}, 0, ""};
  for (const auto& check : history.checks) {
    if (check.event.name.starts_with(prefix)) widen(phase, check.place.at, check.place.at);
  }
  if (!phase.started) return phase;
  phase.busy_seconds = seconds(*phase.started, *phase.ended);
  const auto last = history.last_checks(prefix);
  const bool good = std::all_of(last.begin(), last.end(), [](const auto& check) { return check.event.result == "ok" || check.event.result == "warning"; });
  phase.state = good ? "done" : "failed";
  return phase;
}

Phase by_monitoring(std::string name, double planned, const Monitoring& monitoring) {
  Phase phase{std::move(name), planned, {}, {}, 0, ""};
  if (monitoring.started.seq == 0) return phase;
  widen(phase, monitoring.started.at, monitoring.last);
  phase.busy_seconds = monitoring.ended ? monitoring.monitored_s : seconds(monitoring.started.at, monitoring.last);
  phase.state = monitoring.ended ? monitoring.verdict : "running, or broken off";
  return phase;
}

/// What `tidemark run` says of a phase of the last procedure: when it began and how its gate stands. Time at work stays what the runs say.
void by_procedure(Phase& phase, const History& history, const std::vector<std::string>& names) {
  if (history.procedures.empty()) return;
  const auto since = history.procedures.back().place.seq;
  const auto ours = [&](const Place& place, const std::string& name) { return place.seq > since && std::find(names.begin(), names.end(), name) != names.end(); };
  std::optional<UtcMicros> began, ended;
  for (const auto& one : history.phases_started) {
    if (ours(one.place, one.event.phase) && !began) began = one.place.at;
    if (ours(one.place, one.event.phase) && one.event.phase == names.front() && one.event.planned_s > 0) phase.planned_minutes = static_cast<double>(one.event.planned_s) / 60;
  }
  for (const auto& one : history.phases) {
    if (one.event.conversion.empty() && ours(one.place, one.event.phase)) ended = one.place.at;
  }
  for (const auto& one : history.gates) {
    if (ours(one.place, one.event.gate)) ended = one.place.at, phase.state = "gate " + one.event.gate + ": " + one.event.decision;
  }
  if (!began) return;
  const bool timed = phase.started.has_value();
  widen(phase, *began, ended.value_or(*began));
  if (!timed) phase.busy_seconds = seconds(*phase.started, *phase.ended);
  if (phase.state.empty()) phase.state = "begun";
}

}  // namespace

std::vector<Phase> phases_of(const journal::Reader& journal, const History& history, const Monitoring& monitoring) {
  std::vector<Phase> phases{by_runs("1 Schema migrations", 10, journal, history, "deploy"), by_runs("2 Data migration", 20, journal, history, "convert"),
                            by_checks("3 Integration tests", 20, history, "integration"), by_checks("4 Smoke tests", 15, history, "smoke"), by_monitoring("5 Monitoring", 120, monitoring)};
  const std::vector<std::vector<std::string>> names{{"schema"}, {"plan", "convert", "verify"}, {"integration"}, {"smoke"}, {"monitor"}};
  for (std::size_t i = 0; i < phases.size(); ++i) by_procedure(phases[i], history, names[i]);
  return phases;
}

Chart chart_of(const std::vector<Phase>& phases) {
  Chart chart;
  chart.id = "phases";
  chart.title = "Phases, planned and actual";
  chart.description = "Minutes planned for each phase by the runbook's appendix A, and minutes that it was at work by the journal.";
  chart.what = "Phase";
  chart.x_label = "minutes";
  Chart::Series planned{"Planned", 0, {}}, actual{"Actual", 2, {}};
  for (const auto& phase : phases) {
    chart.labels.push_back(phase.name);
    planned.values.emplace_back(phase.planned_minutes);
    actual.values.push_back(phase.started ? std::optional(phase.busy_seconds / 60) : std::nullopt);
  }
  chart.series = {std::move(actual), std::move(planned)};
  chart.note = "Actual is time at work: what lay between two runs isn't in it. The plan has 30 minutes more in reserve.";
  return chart;
}

}  // namespace tidemark::engine::report
