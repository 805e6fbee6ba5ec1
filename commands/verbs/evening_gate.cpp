// The gates: criteria and evidence, who approved, and what happens when one doesn't open.
#include <algorithm>

#include "commands/verbs/evening.h"
#include "commands/verbs/tell.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::runbook::Move;

namespace {

std::string listed(const std::map<std::string, std::int64_t>& reasons, bool with_numbers) {
  std::string text;
  for (const auto& [reason, n] : reasons) text += (text.empty() ? "" : with_numbers ? ", " : ",") + reason + (with_numbers ? " " + grouped(n) : "");
  return text;
}

const char* shown(const std::string& verdict) { return verdict == "met" ? "met      " : verdict == "unknown" ? "unknown  " : verdict == "wanted" ? "wanted   " : "NOT MET  "; }

}  // namespace

void Evening::next(const std::vector<std::string>& commands) {
  for (const auto& command : commands) {
    if (std::find(next_.begin(), next_.end(), command) != next_.end()) continue;
    say(std::string(next_.empty() ? "  next     " : "           ") + command);
    next_.push_back(command);
  }
}

void Evening::contacts() {
  const auto& who = door.configuration.contacts;
  if (!who.on_call.empty()) say("  on call  " + who.on_call);
  if (!who.database.empty()) say("  database " + who.database);
  if (!who.devops.empty()) say("  devops   " + who.devops);
}

/// @return true: approved; fills in who accepted what
bool Evening::asked(const Phase& phase, const Performed& done, journal::GateDecided& decided) {
  const std::string prefix = door.configuration.environment.empty() ? "" : "[" + door.configuration.environment + "] ";
  if (!done.to_accept.empty()) {
    if (!ask(prefix + "Accept the entries that become no link (" + listed(done.to_accept, true) + ")?", false, "deciding at the gate " + phase.name)) return false;
    for (const auto& [reason, n] : done.to_accept) decided.accepted.push_back(reason);
    for (auto& criterion : decided.criteria) {
      if (criterion.verdict == "wanted") criterion.verdict = "met";
    }
  }
  const bool unknown = std::any_of(decided.criteria.begin(), decided.criteria.end(), [](const auto& c) { return c.verdict == "unknown"; });
  if (unknown && !ask(prefix + "Something is unknown (above). Let the phase " + phase.name + " pass all the same?", false, "deciding at the gate " + phase.name)) return false;
  if (!phase.decision_point) return true;
  if (done.plan_as_expected == true || door.globals.yes) return true;
  return ask(prefix + done.question, false, "deciding at the gate " + phase.name);
}

int Evening::gate(const Phase& phase, const Performed& done) {
  auto decided = decision(phase.name, "", "criteria", "");
  decided.criteria = done.criteria;
  decided.accepted = done.accepted;
  for (const auto& criterion : done.criteria) say("  " + std::string(shown(criterion.verdict)) + criterion.name + ": " + criterion.evidence);
  switch (engine::runbook::judge(done.criteria, phase.decision_point && done.to_decide, {door.globals.yes, terminal(), done.plan_as_expected})) {
    case Move::refuse:
      return not_met(phase, done, decided);
    case Move::pass:
      decided.decision = "passed";
      break;
    case Move::approve:
      decided.decision = "approved";
      decided.how = done.plan_as_expected == true ? "--expect-plan" : "--yes";
      break;
    case Move::want:
      decided.decision = "wanted";
      break;
    case Move::ask:
      decided.how = "terminal";
      decided.decision = asked(phase, done, decided) ? "approved" : "declined";
      if (door.stop().requested()) {  // Ctrl-C is no answer
        next({"tidemark run"});
        return static_cast<int>(ExitCode::paused);
      }
  }
  if (decided.decision == "wanted" || decided.decision == "declined") {
    open();
    record({decided});
    say("  " + decided.decision + " (" + decided.how + "): the phases before stay done, nothing goes on until this is decided");
    contacts();
    std::string command = "tidemark run";
    if (done.plan) command += " --expect-plan " + journal::hex(done.plan->plan);
    else if (done.to_accept.empty()) command += " --yes";
    if (!done.to_accept.empty()) command += " --accept-rejected " + listed(done.to_accept, false);
    next(done.next);
    next({command});
    state_ = "decision_wanted";
    return static_cast<int>(ExitCode::inconclusive);
  }
  std::vector<journal::Event> events;
  if (done.plan) events.emplace_back(*done.plan);
  events.emplace_back(journal::PhaseEnded{"", phase.name, done.seen});
  events.emplace_back(decided);
  open();
  record(events);
  say("  " + decided.decision + " by " + decided.user + "@" + decided.host + " (" + decided.how + ")");
  return 0;
}

int Evening::not_met(const Phase& phase, const Performed& done, const journal::GateDecided& given) {
  auto decided = given;
  decided.decision = "not_met";
  state_ = "gate_not_met";
  if (!opened_) {  // a preflight of a procedure that never began: nothing is written
    say("  the gate " + phase.name + " is NOT MET; nothing was written");
    contacts();
    next(done.next);
    next({"tidemark run"});
    return done.refused_code;
  }
  record({decided});
  say("  the gate " + phase.name + " is NOT MET; what was done so far is recorded and stays");
  contacts();
  std::string cause;
  for (const auto& criterion : done.criteria) {
    if (criterion.verdict == "not_met") cause += (cause.empty() ? "" : "; ") + criterion.name + ": " + criterion.evidence;
  }
  if (!done.reopen.empty()) record({decision(done.reopen, "reopened", "criteria", cause)});
  if (phase.trigger && done.trigger) {
    const auto back = way_back();
    const auto commands = back.commands(procedure.number);
    if (!commands.empty()) {
      say("  this is a reason to roll back: " + cause);
      if (options.auto_rollback) return roll_back(phase.name + ": " + cause);
    }
    next(done.next);
    next({"tidemark run"});
    next(commands);
  } else {
    next(done.next);
    next({"tidemark run"});
  }
  next({"tidemark run --skip " + phase.name + " \"REASON\""});
  return done.refused_code;
}

}  // namespace tidemark::commands
