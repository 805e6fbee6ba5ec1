// The procedure's end: the timeline, the journal's copy, the result as an object.
#include <cstdio>
#include <filesystem>

#include "commands/verbs/evening.h"
#include "commands/verbs/tell.h"
#include "journal/backup.h"

namespace tidemark::commands {

using engine::ExitCode;

namespace {

std::vector<std::pair<std::string, std::string>> parts() {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& phase : phases_of_the_runbook()) parts.emplace_back(phase.name, phase.part);
  return parts;
}

std::string minutes(const std::optional<double>& value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", *value);
  return text;
}

}  // namespace

void Evening::summary() {
  say("");
  say("  phase        state     planned   actual   (minutes, from the first start to the gate)");
  for (const auto& t : engine::runbook::timeline(procedure, parts(), door.configuration.run.minutes, engine::Clock::system().utc())) {
    std::string states;
    for (const auto& phase : phases_of_the_runbook()) {
      if (phase.part != t.part) continue;
      const auto* known = procedure.phase(phase.name);
      const std::string state = engine::runbook::to_string(known ? known->standing : engine::runbook::Standing::to_do);
      if (states.find(state) == std::string::npos) states += (states.empty() ? "" : "/") + state;
    }
    char text[160];
    std::snprintf(text, sizeof text, "  %-12s %-9s %7s  %7s", t.part.c_str(), states.c_str(), minutes(t.planned).c_str(), minutes(t.actual).c_str());
    say(text + (t.over_by() > 0 ? "   over by " + minutes(t.over_by()) : std::string()));
  }
}

/// Losing the journal's disk would lose every undo: a copy lies beside the newest backup.
void Evening::copy_journal() {
  std::string dump;
  journal::Filter filter;
  filter.kind = journal::BackupRecorded::kCode;
  filter.newest_first = true;
  filter.limit = 1;
  reader()->for_each(filter, [&](const journal::Record& record) {
    dump = std::get<journal::BackupRecorded>(journal::decode(record)).path;
    return false;
  });
  if (dump.empty()) return;
  const std::string copy = dump + ".journal";
  try {
    std::filesystem::remove(copy + ".new");
    journal::backup(journal_path, copy + ".new");
    std::filesystem::rename(copy + ".new", copy);
    say("  journal copied to " + copy);
  } catch (const std::exception& error) {
    door.console().say(engine::Observer::Level::warning, std::string("the journal could not be copied beside the backup: ") + error.what());
  }
}

int Evening::end(int code) {
  if (opened_) {
    copy_journal();
    summary();
  }
  if (code == 0) say(state_ == "completed" ? "procedure #" + std::to_string(procedure.number) + " is completed" : "done; the procedure isn't at its end");
  if (door.globals.json) print(json(code));
  return code;
}

Json Evening::json(int code) const {
  Json phases = Json::array();
  for (const auto& phase : phases_of_the_runbook()) {
    const auto* known = procedure.phase(phase.name);
    Json gate;
    if (known && known->gate) {
      Json criteria = Json::array();
      for (const auto& c : known->gate->criteria) criteria.push(Json::object({{"name", c.name}, {"verdict", c.verdict}, {"evidence", c.evidence}}));
      Json accepted = Json::array();
      for (const auto& name : known->gate->accepted) accepted.push(name);
      gate = Json::object({{"decision", known->gate->decision}, {"how", known->gate->how}, {"user", known->gate->user}, {"host", known->gate->host}, {"reason", known->gate->reason},
                           {"accepted", accepted}, {"criteria", criteria}});
    }
    phases.push(Json::object({{"name", phase.name}, {"part", phase.part}, {"state", engine::runbook::to_string(known ? known->standing : engine::runbook::Standing::to_do)},
                              {"attempts", known ? known->attempts : 0u}, {"gate", std::move(gate)}}));
  }
  Json timeline = Json::array();
  for (const auto& t : engine::runbook::timeline(procedure, parts(), door.configuration.run.minutes, engine::Clock::system().utc())) {
    timeline.push(Json::object({{"part", t.part}, {"planned_minutes", t.planned ? Json(*t.planned) : Json()}, {"minutes", t.actual ? Json(*t.actual) : Json()}, {"over_by_minutes", t.over_by()}}));
  }
  Json next = Json::array();
  for (const auto& command : next_) next.push(command);
  return Json::object({{"procedure", procedure.number}, {"environment", door.configuration.environment}, {"state", state_}, {"exit_code", code}, {"phases", std::move(phases)},
                       {"timeline", std::move(timeline)}, {"next", std::move(next)}, {"journal", journal_path}, {"log_file", log_path}});
}

}  // namespace tidemark::commands
