#include "commands/command_line/command_line.h"

namespace tidemark::commands {

void CommandLine::whole_runbook() {
  auto [app, o] = verb<Runbook>(app_, "run", "The runbook", "the whole runbook with its gates; goes on where it stopped");
  value(app, "--only", o.only, "PHASE", "this phase alone")->check(not_empty);
  value(app, "--from", o.from, "PHASE", "from this phase on; earlier ones are recorded as skipped")->check(not_empty)->excludes("--only");
  app.add_option_function<std::vector<std::string>>("--skip", [&skip = o.skip](const std::vector<std::string>& pairs) {
       for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) skip.emplace_back(pairs[i], pairs[i + 1]);
     }, "pass over this phase, for a reason that is recorded")->option_text("PHASE REASON")->type_size(2)->check(not_empty);
  value(app, "--no-backup", o.no_backup, "REASON", "go without a proven backup, for a reason that is recorded")->check(not_empty);
  value(app, "--restart", o.restart, "REASON", "abandon the procedure that is open and begin another")->check(not_empty);
  plan_options(app, o.plan, o.expect_plan);
  value(app, "--accept-rejected", o.accept_rejected, "REASON,...", "entries that become no link for these reasons are as they should be")->delimiter(',');
  flag(app, "--auto-rollback", o.auto_rollback, "where a gate calls for it, roll back what this procedure did");
}

void CommandLine::watching() {
  auto [app, o] = verb<Monitor>(app_, "monitor", "The runbook", "watch database and logs after the migration, and judge them");
  flag(app, "--baseline", o.baseline, "before the migration: measure what later monitorings are compared with");
  value(app, "--for", o.duration, "TIME", "how long (2h; --baseline 15m)")->check(not_empty);
  value(app, "--interval", o.interval, "TIME", "between samples (15s)")->check(not_empty);
  value(app, "--compare", o.compare, "WHICH", "with `baseline` (the newest), `last`, #EVENT or a run's number")->check(not_empty);
  app.add_option("--log", o.logs, "a log to follow; may be repeated")->option_text("FILE")->allow_extra_args(false);
  app.add_option("--command", o.commands, "a command whose output is followed, such as 'journalctl -fu api -o cat'")->option_text("LINE")->allow_extra_args(false);
  value(app, "--metrics-file", o.metrics_file, "FILE", "the measures for Prometheus, replaced at each sample")->check(not_empty);
  flag(app, "--auto-rollback", o.auto_rollback, "on a rollback criterion: undo the rows of the newest conversion run");
  flag(app, "--stop-at-breach", o.stop_at_breach, "end at the first breach of any criterion");
  flag(app, "--anew", o.anew, "begin a new one instead of going on with one that was interrupted");
}

void CommandLine::runbook() {
  const std::string group = "The runbook";
  {
    auto [app, o] = verb<Integration>(app_, "integration", group, "run the application's tests: counts from their own results, 3 if not more than 95 % passed");
    value(app, "--only", o.only, "NAME", "this [[integration.command]] alone");
  }
  {
    auto [app, o] = verb<Smoke>(app_, "smoke", group, "ask the application: probes of health, login, profile, links, …");
    value(app, "--api-url", o.api_url, "URL", "the application's; better than API_URL, better than [api] url");
    value(app, "--file", o.file, "FILE", "of probes, instead of smoke.toml beside the migrations");
  }
}

}  // namespace tidemark::commands
