#include "engine/runbook/procedure.h"

#include <algorithm>

namespace tidemark::engine::runbook {

using journal::Event;

const char* to_string(Standing standing) {
  static constexpr const char* kNames[] = {"to_do", "begun", "wanted", "not_met", "passed", "skipped"};
  return kNames[static_cast<int>(standing)];
}

const PhaseRecord* Procedure::phase(const std::string& name) const {
  const auto found = std::find_if(phases.begin(), phases.end(), [&](const auto& p) { return p.name == name; });
  return found == phases.end() ? nullptr : &*found;
}

PhaseRecord& Procedure::at(const std::string& name) {
  if (const auto* known = phase(name)) return const_cast<PhaseRecord&>(*known);
  return phases.emplace_back(PhaseRecord{name, {}, 0, 0, {}, {}, {}});
}

void Procedure::take(journal::Seq seq, journal::UtcMicros when, const Event& event) {
  if (const auto* started = std::get_if<journal::ProcedureStarted>(&event)) {
    *this = {};
    number = seq;
    open = true;
    environment = started->environment;
    for (const auto& name : started->phases) at(name);
    return;
  }
  if (!open) return;
  if (const auto* phase_started = std::get_if<journal::PhaseStarted>(&event)) {
    auto& phase = at(phase_started->phase);
    phase.standing = Standing::begun;
    phase.ended = {};
    if (phase.attempts++ == 0) {
      phase.first = seq;
      phase.began = when;
    }
    log_file = phase_started->log_file;
  } else if (const auto* restored = std::get_if<journal::TargetRestored>(&event)) {
    if (restored->stage != "swapped") return;
    open = false;  // whatever it had done is gone
    end = "restored";
  } else if (const auto* step = std::get_if<journal::StepRecorded>(&event)) {
    if (step->state == "done") steps_done[step->phase].insert(step->definition);
  } else if (const auto* plan = std::get_if<journal::PlanSealed>(&event)) {
    sealed = plan->plan;
  } else if (const auto* gate = std::get_if<journal::GateDecided>(&event)) {
    const auto& decision = gate->decision;
    if (gate->gate == "procedure") {
      open = false;
      end = decision;
    } else if (gate->gate == "rollback") {
      rolling_back = decision == "begun" ? std::optional(*gate) : std::nullopt;
      open = decision == "begun";
      if (!open) end = "rolled_back";
    } else {
      auto& phase = at(gate->gate);
      phase.gate = *gate;
      accepted.insert(gate->accepted.begin(), gate->accepted.end());
      if (decision == "reopened") {  // and what comes after it: it rested on this
        const auto from = static_cast<std::size_t>(&phase - phases.data());
        for (std::size_t i = from; i < phases.size(); ++i) {
          steps_done.erase(phases[i].name);
          phases[i] = PhaseRecord{phases[i].name, {}, 0, 0, {}, {}, {}};
        }
      } else {
        phase.standing = decision == "passed" || decision == "approved" ? Standing::passed : decision == "skipped" ? Standing::skipped : decision == "not_met" ? Standing::not_met : Standing::wanted;
        if (phase.standing == Standing::passed) phase.ended = when;
      }
    }
  }
}

std::optional<std::string> Procedure::next(const std::vector<std::string>& order) const {
  for (const auto& name : order) {
    const auto* known = phase(name);
    if (!known || (known->standing != Standing::passed && known->standing != Standing::skipped)) return name;
  }
  return std::nullopt;
}

Procedure read_procedure(const journal::Reader& journal) {
  Procedure procedure;
  const journal::Reader::OneMoment moment(journal);
  journal::Filter newest;
  newest.kind = journal::ProcedureStarted::kCode;
  newest.newest_first = true;
  newest.limit = 1;
  journal::Seq from = 0;
  journal.for_each(newest, [&](const journal::Record& record) {
    from = record.seq;
    return false;
  });
  if (from == 0) return procedure;
  std::map<journal::Seq, journal::Record> records;
  for (const auto kind : {journal::ProcedureStarted::kCode, journal::PhaseStarted::kCode, journal::GateDecided::kCode, journal::PlanSealed::kCode, journal::TargetRestored::kCode, journal::StepRecorded::kCode}) {
    journal::Filter filter;
    filter.from = from;
    filter.kind = kind;
    journal.for_each(filter, [&](const journal::Record& record) {
      records.emplace(record.seq, record);
      return true;
    });
  }
  for (const auto& [seq, record] : records) procedure.take(seq, record.at, journal::decode(record));
  return procedure;
}

std::vector<Timing> timeline(const Procedure& procedure, const std::vector<std::pair<std::string, std::string>>& parts, const std::map<std::string, double>& planned, journal::UtcMicros now) {
  std::vector<Timing> timings;
  for (const auto& [name, part] : parts) {
    auto found = std::find_if(timings.begin(), timings.end(), [&part = part](const auto& t) { return t.part == part; });
    if (found == timings.end()) {
      found = timings.insert(timings.end(), Timing{part, {}, {}, false});
      if (const auto minutes = planned.find(part); minutes != planned.end()) found->planned = minutes->second;
    }
    const auto* phase = procedure.phase(name);
    if (!phase || phase->attempts == 0) continue;
    const bool running = phase->ended.value == 0;
    found->running = found->running || running;
    found->actual = found->actual.value_or(0) + static_cast<double>((running ? now.value : phase->ended.value) - phase->began.value) / 60e6;
  }
  return timings;
}

}  // namespace tidemark::engine::runbook
