#include "engine/report/criteria.h"

#include <algorithm>

#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

std::string by(const Place& place) { return "journal, event #" + std::to_string(place.seq) + ", " + second(place.at); }
std::string by(const Live& live) { return "database, " + second(live.at); }
std::string by(const journal::Reader& journal) { return "journal, up to event #" + std::to_string(journal.head_seq()); }

/// Collects evidence: against outweighs, and without any for it the criterion isn't known.
class Case {
 public:
  Case(int number, std::string text) { criterion_.number = number, criterion_.text = std::move(text); }
  void for_it(std::string text, std::string source) { add(for_, std::move(text), std::move(source)); }
  void against(std::string text, std::string source) { add(against_, std::move(text), std::move(source)); }
  void unknown(std::string text) { add(unknown_, std::move(text), ""); }
  /// Said only if nothing else is.
  void unless_known(std::string text) {
    if (for_.empty() && against_.empty() && unknown_.empty()) unknown(std::move(text));
  }
  void aside(std::string text, std::string source) { criterion_.evidence.push_back({std::move(text), std::move(source)}); }
  Criterion judge() && {
    const auto state = !against_.empty() ? State::not_met : !unknown_.empty() || for_.empty() ? State::not_known : State::met;
    criterion_.state = state;
    criterion_.verdict = state == State::not_met ? against_ : state == State::met ? for_ : !unknown_.empty() ? unknown_ : "Nothing about it is recorded.";
    return std::move(criterion_);
  }

 private:
  void add(std::string& first, std::string text, std::string source) {
    if (first.empty()) first = text;
    if (!source.empty()) criterion_.evidence.push_back({std::move(text), std::move(source)});
  }
  Criterion criterion_;
  std::string for_, against_, unknown_;
};

Criterion schema_applied(const CriteriaInput& in) {
  Case c(1, "All Prisma migrations applied successfully");
  if (in.live) {
    const auto& schema = in.live->schema;
    for (const auto& name : schema.failed) c.against(name + " failed and is unsettled", by(*in.live));
    for (const auto& name : schema.lost) c.against(name + " was applied by Tidemark, and the history doesn't say so any more", by(*in.live));
    if (!schema.pending.empty()) c.against(count(schema.pending.size(), "migration is", "migrations are") + " pending, the first is " + schema.pending.front(), by(*in.live));
    if (schema.failed.empty() && schema.lost.empty() && schema.pending.empty() && !schema.applied.empty()) {
      c.for_it("All " + count(schema.applied.size(), "migration", "migrations") + " of the folder are applied by _prisma_migrations", by(*in.live));
    }
  }
  const auto recorded = in.journal.migrations();
  const auto applied = static_cast<std::uint64_t>(std::count_if(recorded.begin(), recorded.end(), [](const auto& m) { return m.applied; }));
  for (const auto& m : recorded) {
    if (!m.applied) c.against(m.name + " was reverted", by(in.journal));
  }
  if (!in.migrations) {
    if (!in.live) c.unknown("The folder of migrations could not be read, so that nothing says which are all of them.");
    return std::move(c).judge();
  }
  std::vector<std::string> missing;
  for (const auto& name : *in.migrations) {
    if (std::none_of(recorded.begin(), recorded.end(), [&](const auto& m) { return m.name == name && m.applied; })) missing.push_back(name);
  }
  if (missing.empty() && !in.migrations->empty()) {
    c.for_it("All " + count(in.migrations->size(), "migration", "migrations") + " of the folder were applied, each in a unit whose commit was seen", by(in.journal));
  } else if (!in.live) {
    c.unknown("The journal has " + grouped(static_cast<std::int64_t>(applied)) + " of " + count(in.migrations->size(), "migration", "migrations") +
              "; whether the others were applied by somebody else, only the database can tell.");
  }
  return std::move(c).judge();
}

/// The conversion has looked at everything, and nothing is open.
void completeness(Case& c, const CriteriaInput& in) {
  const auto name = in.conversion.name();
  if (in.behind) c.against("The database is behind the journal: it was restored, or another one answers; tidemark reconcile --dry-run says what is gone", "database");
  if (const auto open = in.journal.open_subjects(name).size(); open > 0) {
    c.against(count(open, "profile was", "profiles were") + " locked by others and left for later", by(in.journal));
  }
  if (const auto doubt = in.journal.units(journal::UnitState::in_doubt).size(); doubt > 0) {
    c.against(count(doubt, "unit is", "units are") + " in doubt: a run ended without a word and nobody has settled it yet", by(in.journal));
  }
  if (in.journal.phase_done(name, "first_pass")) return;
  if (in.facts.states.empty()) c.unknown("No data migration is recorded.");
  else c.against("The first pass over the profiles isn't complete", by(in.journal));
}

const audit::Check* check_of(const Live& live, const std::string& name) {
  const auto found = std::find_if(live.checks.checks.begin(), live.checks.checks.end(), [&](const auto& check) { return check.name == name; });
  return found == live.checks.checks.end() ? nullptr : &*found;
}

Criterion without_loss(const CriteriaInput& in) {
  Case c(2, "Data migration completed without data loss");
  completeness(c, in);
  bool verified = false;
  if (in.live && !in.live->checks.checks.empty()) {
    for (const auto& check : in.live->checks.checks) {
      if (!check.ok) c.against("Not so: " + check.name + " (" + check.detail + ")", by(*in.live));
    }
    if (in.live->checks.ok() && !in.facts.states.empty()) {
      verified = true;
      c.for_it(count(in.live->checks.own_rows, "row of ours was", "rows of ours were") + " compared with the journal, column by column: none is missing, changed or doubled", by(*in.live));
    }
  }
  for (const auto& check : in.history.last_checks("verify")) {
    if (check.place.seq < in.history.last_change) {
      c.aside("A verification is recorded, but rows were written or undone after it: " + check.event.name + ", " + check.event.result, by(check.place));
    } else if (check.event.result == "ok") {
      verified = true;
      c.for_it("Verified: " + check.event.name, by(check.place));
    } else {
      c.against("Verification: " + check.event.name + " is " + check.event.result, by(check.place));
    }
  }
  for (const auto& gate : in.history.gates) {
    if (gate.event.gate != "verify" || gate.place.seq < in.history.last_change) continue;
    const bool good = !gate.event.criteria.empty() && std::all_of(gate.event.criteria.begin(), gate.event.criteria.end(), [](const auto& one) { return one.verdict == "met"; });
    verified = verified || good;
    for (const auto& one : gate.event.criteria) {
      if (one.verdict == "met") c.for_it(one.name + ": " + one.evidence, by(gate.place));
      if (one.verdict == "not_met") c.against(one.name + ": " + one.evidence, by(gate.place));
    }
  }
  if (!verified) c.unknown("No verification stands on record since the last change, and the database wasn't asked.");
  if (!in.facts.states.empty()) {
    const auto& tables = in.conversion.tables();
    c.aside("Tidemark never wrote to " + tables.source + ": the journal has no change of a row of it, the old values are where they were", by(in.journal));
  }
  return std::move(c).judge();
}

Criterion all_migrated(const CriteriaInput& in) {
  const auto& tables = in.conversion.tables();
  Case c(3, "All " + tables.value + " migrated to the " + tables.target + " table");
  completeness(c, in);
  const auto n = [&](journal::SubjectStatus status) {
    const auto found = in.facts.states.find(status);
    return found == in.facts.states.end() ? std::uint64_t{0} : found->second;
  };
  using enum journal::SubjectStatus;
  if (n(refused) > 0) c.against(count(n(refused), "profile is", "profiles are") + " refused: none of their entries was created", by(in.journal));
  if (const auto undone = n(reverted) + n(partly_reverted); undone > 0) {
    c.against(count(undone, "profile was", "profiles were") + " rolled back on a person's request", by(in.journal));
  }
  if (in.live) {
    if (const auto* pending = check_of(*in.live, "no " + tables.subject + " is left to do"); pending && !pending->ok) c.against("Profiles are left to do: " + pending->detail, by(*in.live));
    if (in.live->checks.edited_sources > 0) {
      c.aside(count(in.live->checks.edited_sources, "profile was", "profiles were") + " edited since; tidemark convert takes them", by(*in.live));
    }
  }
  if (n(converted) + n(skipped) > 0) {
    c.for_it(count(n(converted), "profile is", "profiles are") + " converted, " + grouped(static_cast<std::int64_t>(n(skipped))) + " had nothing to convert, " +
                 count(in.facts.rows, "link", "links") + " created",
             by(in.journal));
  }
  if (n(erased) > 0) c.aside(count(n(erased), "profile was", "profiles were") + " erased from the journal on request: what became of them isn't known any more, and they are in no number here", by(in.journal));
  if (in.facts.rejected > 0) {
    c.aside(count(in.facts.rejected, "entry was", "entries were") + " not created by the rules (not a URL, a duplicate, …); each is listed with its reason", by(in.journal));
  }
  return std::move(c).judge();
}

/// The last decision of a gate of `tidemark run`, with what it asked for.
void by_gate(Case& c, const CriteriaInput& in, const std::string& gate) {
  const Placed<journal::GateDecided>* last = nullptr;
  for (const auto& one : in.history.gates) {
    if (one.event.gate == gate) last = &one;
  }
  if (!last) return;
  for (const auto& criterion : last->event.criteria) {
    const auto line = criterion.name + ": " + criterion.evidence;
    if (criterion.verdict == "met") c.for_it(line, by(last->place));
    else if (criterion.verdict == "not_met") c.against(line, by(last->place));
    else c.unknown(line);
  }
  if (last->event.decision == "skipped") c.unknown("The phase " + gate + " was skipped by " + last->event.user + "@" + last->event.host + (last->event.reason.empty() ? "" : ": " + last->event.reason));
}

/// Checks of the runbook that are recorded under names with a prefix, and the gate of the phase.
Criterion by_checks(int number, std::string text, const CriteriaInput& in, const std::string& prefix, const std::string& verb) {
  Case c(number, std::move(text));
  bool any = false;
  for (const auto& check : in.history.last_checks(prefix)) {
    if (check.event.name == "smoke.rate_limited") continue;  // what the monitoring leaves out, no result
    any = true;
    const auto line = check.event.name + ": " + check.event.detail;
    if (check.event.result == "ok" || check.event.result == "warning") c.for_it(line, by(check.place));
    else if (check.event.result == "failure") c.against(line, by(check.place));
    else c.unknown(line);
  }
  by_gate(c, in, prefix);
  if (!any) c.unless_known("Not recorded: no result of " + verb + " is in the journal.");
  return std::move(c).judge();
}

/// One of the monitoring's own criteria, at its end.
Criterion by_monitoring(int number, std::string text, const CriteriaInput& in, const std::string& name) {
  Case c(number, std::move(text));
  const auto& m = in.monitoring;
  if (m.started.seq == 0) {
    c.unknown("Not recorded: no monitoring is in the journal.");
  } else if (!m.ended) {
    c.unknown("The monitoring that began at " + second(m.started.at) + " has not ended.");
  } else {
    for (const auto& judged : m.criteria) {
      if (judged.name != name) continue;
      if (judged.verdict == "healthy") c.for_it(judged.detail.empty() ? "The monitoring found it healthy" : judged.detail, by(*m.ended));
      else if (judged.verdict == "breached") c.against(judged.detail.empty() ? "The limit was passed" : judged.detail, by(*m.ended));
      else c.unknown(judged.detail.empty() ? "The monitoring could not tell." : judged.detail);
    }
    c.unless_known("The monitoring did not judge it.");
  }
  return std::move(c).judge();
}

Criterion period(const CriteriaInput& in) {
  Case c(9, "2-hour monitoring period completed without incidents");
  const auto& m = in.monitoring;
  constexpr double kTwoHours = 7200;
  for (const auto& breach : m.breaches) c.against("Breached: " + breach, by(in.journal));
  if (m.started.seq == 0) c.unknown("Not recorded: no monitoring is in the journal.");
  else if (!m.ended) c.unknown("The monitoring that began at " + second(m.started.at) + " has not ended.");
  else if (m.verdict == "breached") c.against("The monitoring ended as breached" + (m.detail.empty() ? "" : ": " + m.detail), by(*m.ended));
  else if (m.monitored_s < kTwoHours * 0.99) c.unknown("It was monitored for " + duration(m.monitored_s) + " only, not for two hours: " + m.verdict + ".");
  else if (m.verdict == "healthy") c.for_it("Monitored for " + duration(m.monitored_s) + ": healthy", by(*m.ended));
  else c.unknown("Monitored for " + duration(m.monitored_s) + ", without a verdict: " + m.detail);
  return std::move(c).judge();
}

}  // namespace

const char* to_string(State state) { return state == State::met ? "met" : state == State::not_met ? "not_met" : "not_known"; }

std::vector<Criterion> criteria_of(const CriteriaInput& in) {
  return {schema_applied(in),
          without_loss(in),
          all_migrated(in),
          by_checks(4, "Backend integration tests passing (>95%)", in, "integration", "the integration tests"),
          by_checks(5, "All smoke tests passing", in, "smoke", "the smoke tests"),
          by_monitoring(6, "No significant increase in error rates (< 0.1%)", in, "error_rate"),
          by_monitoring(7, "Database performance stable (query time < 100ms p95)", in, "query_p95"),
          by_monitoring(8, "No rate limit violations detected", in, "rate_limited"),
          period(in)};
}

Verdict verdict_of(const std::vector<Criterion>& criteria, const Facts& facts) {
  Verdict v;
  for (const auto& criterion : criteria) ++(criterion.state == State::met ? v.met : criterion.state == State::not_met ? v.not_met : v.not_known);
  const auto all = std::to_string(criteria.size());
  v.state = v.not_met > 0 ? State::not_met : v.not_known > 0 ? State::not_known : State::met;
  if (facts.states.empty()) v.headline = "No data has been migrated";
  else if (facts.rows == 0 && facts.states.contains(journal::SubjectStatus::reverted)) v.headline = "The data migration was rolled back";
  else if (v.state == State::met) v.headline = "The migration succeeded";
  else if (v.state == State::not_met) v.headline = "The migration has not reached its goal";
  else v.headline = "The migration is not proven yet";
  v.detail = "Of " + all + " success criteria " + std::to_string(v.met) + (v.met == 1 ? " is" : " are") + " met, " + std::to_string(v.not_met) + " not met, " + std::to_string(v.not_known) +
             " not known for want of evidence.";
  for (const auto& criterion : criteria) {
    if (criterion.state == State::not_met) v.detail += " Not met, " + std::to_string(criterion.number) + ": " + criterion.verdict + ".";
  }
  return v;
}

}  // namespace tidemark::engine::report
