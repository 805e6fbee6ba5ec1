// [[step]]: commands that aren't ours, before and after a phase's own work. One that ended well is not run again when the phase goes on.
#include "commands/verbs/evening.h"
#include "engine/runbook/step.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::runbook::StepDefinition;

/// @return false: the phase doesn't go on; `done` says why
bool Evening::steps(const std::string& when, const Phase& phase, Performed& done) {
  const auto redacted = [&](const std::string& text) { return door.redactor(text); };
  for (const auto& step : door.configuration.steps) {
    if (step.phase != phase.name || step.when != when) continue;
    const std::string name = "step " + step.name + " (" + when + " " + phase.name + ")";
    if (const auto known = procedure.steps_done.find(phase.name); known != procedure.steps_done.end() && known->second.contains(definition_of(step))) {
      say("  " + name + ": was done before");
      done.criteria.push_back({name, "met", "was done before"});
      continue;
    }
    say("  " + name + ": " + step.command);
    record({engine::runbook::begun(step, redacted)});
    try {
      const engine::runbook::ChildDatabase database(door.connection().conninfo);
      const auto ended = engine::runbook::run_step(door.environment(), step, &database, redacted, [&](const std::string& text) { say("    " + text); });
      record({ended});
      say("  " + name + ": " + ended.state + ", " + ended.end);
      done.criteria.push_back({name, ended.state == "done" ? "met" : "not_met", ended.end});
      if (ended.state == "done") continue;
    } catch (const engine::Failure& failure) {
      if (failure.code != ExitCode::paused) throw;
      done.paused = true;
      return false;
    }
    done.refused_code = static_cast<int>(ExitCode::check);
    done.trigger = false;
    return false;
  }
  return true;
}

/// The steps before it, its own work, and where nothing speaks against it the steps after.
Performed Evening::whole(const Phase& phase) {
  Performed done;
  if (!steps("before", phase, done)) return done;
  auto worked = work(phase);
  worked.criteria.insert(worked.criteria.begin(), done.criteria.begin(), done.criteria.end());
  bool refused = worked.paused;
  for (const auto& criterion : worked.criteria) refused = refused || criterion.verdict == "not_met";
  if (!refused) steps("after", phase, worked);
  return worked;
}

}  // namespace tidemark::commands
