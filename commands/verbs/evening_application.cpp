// The phases after the data: the application's tests, the smoke test, the monitoring.
#include "commands/verbs/evening.h"
#include "commands/verbs/integration.h"
#include "commands/verbs/monitor.h"
#include "commands/verbs/smoke.h"
#include "commands/verbs/tell.h"
#include "engine/runbook/monitor/past.h"

namespace tidemark::commands {
namespace {

using namespace engine::runbook;

/// What a person has to know before it passes unseen.
Performed not_configured(const std::string& criterion, const std::string& why) {
  Performed done;
  done.criteria.push_back({criterion, "unknown", why});
  done.trigger = false;
  return done;
}

Criterion criterion_of(const monitor::Finding& finding) {
  const auto verdict = finding.verdict;
  return {finding.criterion, verdict == monitor::Verdict::healthy ? "met" : verdict == monitor::Verdict::breached ? "not_met" : "unknown", finding.detail};
}

/// The last word on this phase that asks for a monitoring anew; 0: there is none.
journal::Seq last_refusal(const journal::Reader& journal, journal::Seq procedure) {
  journal::Seq last = 0;
  journal::Filter filter;
  filter.kind = journal::GateDecided::kCode;
  filter.from = procedure;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto gate = std::get<journal::GateDecided>(journal::decode(record));
    if (gate.gate == "monitor" ? gate.decision == "not_met" || gate.decision == "reopened" : gate.decision == "reopened") last = record.seq;
    return true;
  });
  return last;
}

}  // namespace

Performed integration(Evening& evening) {
  const std::string criterion = "the integration tests pass";
  if (evening.door.configuration.integration.commands.empty()) return not_configured(criterion, "no [[integration.command]] is configured: nothing was tested");
  Performed done;
  for (const auto& one : tested(evening.door, "", [](const Tested& each) { tell(each); })) {
    done.paused = done.paused || one.run.stopped();
    done.criteria.push_back({criterion + ": " + one.name, one.run.verdict.met ? "met" : "not_met", one.run.verdict.detail});
    if (!one.run.verdict.met && !one.output_file.empty()) done.next.push_back("less " + one.output_file);
  }
  return done;
}

Performed smoke(Evening& evening) {
  auto& door = evening.door;
  if (!names_application(door, {})) return not_configured("the application answers as it should", "neither API_URL nor [api] url says where it is: it was not asked");
  const auto& settings = door.configuration.smoke;
  Performed done;
  std::map<std::string, unsigned> failed;
  for (unsigned attempt = 1;; ++attempt) {
    const auto result = smoked(door, {});
    done.paused = result.stopped;
    if (done.paused) return done;
    std::string often, critical;
    for (const auto& probe : result.probes) {
      if (!probe.critical || probe.verdict == ProbeResult::Verdict::passed) continue;
      const auto name = probe.suite + ": " + probe.name;
      critical += (critical.empty() ? "" : ", ") + name;
      if (++failed[name] >= settings.critical_tries) often += (often.empty() ? "" : "; ") + name + " failed " + std::to_string(failed[name]) + " times: " + probe.reason;
    }
    if (critical.empty() || !often.empty()) {
      done.criteria.push_back({"critical functions work", often.empty() ? "met" : "not_met", often.empty() ? "every critical probe passed" : often});
      done.criteria.push_back({"all smoke probes pass", result.ok() ? "met" : "not_met", summary(result)});
      done.trigger = !often.empty();
      if (!result.ok()) done.next.push_back("tidemark smoke");
      return done;
    }
    line("critical: " + printable(critical) + "; asked again, try " + std::to_string(attempt + 1) + " of at least " + std::to_string(settings.critical_tries));
    door.executor().pause(settings.wait, [&] { return door.stop().requested(); });
  }
}

Performed monitoring(Evening& evening) {
  const auto phase = evening.procedure.phase("monitor");
  Monitor options;
  std::optional<monitor::PastMonitoring> ended;
  {
    const auto journal = evening.reader();
    options.after = std::max(phase ? phase->first : evening.procedure.number, last_refusal(*journal, evening.procedure.number));
    // It ended, and was not judged or approved yet: nobody has to wait another two hours for that.
    for (const auto& one : monitor::past_monitorings(*journal)) {
      if (one.purpose == "monitor" && one.started > options.after && !one.ended.empty()) ended = one;
    }
  }
  options.way_back = evening.way_back().commands(evening.procedure.number);
  Performed done;
  std::vector<monitor::Finding> findings;
  if (ended) {
    line("the monitoring #" + std::to_string(ended->started) + " has ended: " + ended->ended + " (another one: tidemark run --from monitor)");
    findings = monitor::findings_of(*evening.reader(), *ended);
  } else {
    const auto watched = monitored(evening.door, options);
    done.paused = watched.paused;
    if (done.paused) return done;
    findings = watched.findings;
  }
  done.trigger = false;
  for (const auto& finding : findings) {
    done.criteria.push_back(criterion_of(finding));
    done.trigger = done.trigger || (finding.rollback && finding.verdict == monitor::Verdict::breached);
  }
  if (done.criteria.empty()) done.criteria.push_back({"the monitoring was judged", "unknown", "it measured nothing"});
  return done;
}

}  // namespace tidemark::commands
