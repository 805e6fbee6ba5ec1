#include "commands/command_line/command_line.h"

#include "commands/version.h"

namespace tidemark::commands {

CommandLine::CommandLine()
    : app_("A migration engine for PostgreSQL: every change is recorded, a crashed run resumes, and what was done can be undone.", "tidemark") {
  app_.fallthrough()->allow_extras()->require_subcommand(0, 1);
  app_.get_formatter()->column_width(34);
  app_.get_formatter()->label("SUBCOMMAND", "VERB");
  app_.get_formatter()->label("OPTIONS", "OPTIONS");
  app_.set_help_flag("-h,--help", "this help; after a verb, the verb's");
  app_.set_version_flag("--version", version_line(), "program, commit, journal format");
  app_.footer(std::string("The options above may stand before or after the verb.\n\n") + kExitCodes);
  global_options();
  schema_and_data();
  whole_runbook();
  watching();
  runbook();
  undo_and_audit();
  care();
}

void CommandLine::global_options() {
  value(app_, "--database-url", globals_.database_url, "URL", "the target; better in DATABASE_URL, where `ps` doesn't show it");
  value(app_, "--journal", globals_.journal, "FILE", "the record of this target");
  value(app_, "--migrations", globals_.migrations, "DIR", "the folder of migrations");
  value(app_, "--conversions", globals_.conversions, "DIR", "the folder of declared conversions (conversions/ beside the migrations)");
  value(app_, "--conversion", globals_.conversion, "NAME", "the conversion that the verb is about (social_links)");
  value(app_, "--config", globals_.config, "FILE", "instead of tidemark.toml");
  value(app_, "--log-file", globals_.log_file, "FILE", "also append the log there");
  flag(app_, "--json", globals_.json, "the result as JSON on standard output");
  flag(app_, "-y,--yes", globals_.yes, "answer yes where a verb would ask");
  flag(app_, "--no-color", globals_.no_color, "plain text on a terminal too (also: NO_COLOR)");
  app_.add_flag("-v,--verbose", verbose_, "say more; twice: still more");
  app_.add_flag("-q,--quiet", quiet_, "only warnings");
}

void CommandLine::schema_and_data() {
  const std::string group = "Schema and data";
  {
    auto [app, o] = verb<Status>(app_, "status", group, "where schema, conversion and lease stand");
    flag(app, "--exit-code", o.exit_code, "exit 3 if anything is pending, failed or in doubt");
    flag(app, "--watch", o.watch, "follow a run's progress from a second terminal, by the journal alone");
    flag(app, "--details", o.details, "last migrations, profiles by number of links, those with most, types of links");
  }
  {
    auto [app, o] = verb<Plan>(app_, "plan", group, "a dry run of schema and data; writes nothing");
    value(app, "--out", o.out, "FILE", "write it there and print the summary alone");
    value(app, "--limit", o.limit, "N", "print at most so many profiles; the hash covers all");
    scratch_url(app, o.scratch_url);
  }
  {
    auto [app, o] = verb<Deploy>(app_, "deploy", group, "apply the schema migrations that are pending; each one's undo is proven first");
    flag(app, "--irreversible", o.irreversible, "also those that can't be undone: without down.sql, and no inverse holds");
    flag(app, "--with-data", o.with_data, "run the declared conversions that stand among them too, each in its place");
    flag(app, "--accept-left", o.accept_left, "go on behind a conversion that left some refused or rolled back");
    flag(app, "--accept-drift", o.accept_drift, "go on though others changed what a pending migration or the conversion touches");
    scratch_url(app, o.scratch_url);
    lease_options(app);
  }
  {
    auto [app, o] = verb<Baseline>(app_, "baseline", group, "adopt a schema that has no history: what the folders make of an empty database proves it");
    value(app, "--up-to", o.up_to, "MIGRATION", "the last one that ran, where several fit");
    flag(app, "--dry-run", o.dry_run, "compare and show; write nothing");
    scratch_url(app, o.scratch_url);
    lease_options(app);
  }
  {
    auto [app, o] = verb<Resolve>(app_, "resolve", group, "settle migrations that are unfinished in the history: is their effect there? Also one that collides");
    value(app, "MIGRATION", o.name, " ", "which; all unfinished ones if not named");
    flag(app, "--applied", o.applied, "on your word: it is there (where nothing can be proven)");
    flag(app, "--rolled-back", o.rolled_back, "on your word: nothing of it is there");
    flag(app, "--dry-run", o.dry_run, "look and say; write nothing");
    scratch_url(app, o.scratch_url);
    lease_options(app);
  }
  {
    auto [app, o] = verb<Convert>(app_, "convert", group, "convert the data; resumes by itself");
    value(app, "NAME", o.name, " ", "the conversion; as --conversion");
    value(app, "--workers", o.workers, "N", "connections that write at once (2)")->check(CLI::Range(1u, 64u));
    value(app, "--chunk", o.chunk, "N", "exactly so many profiles in one transaction (as many as take 300 ms)")->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100000}));
    flag(app, "--polite", o.polite, "one worker, small chunks with rests between, and limits that slow it down");
    value(app, "--stop-at", o.stop_at, "HH:MM", "stop at this local time, or at an RFC 3339 time (75: resume later)")->check(not_empty);
    value(app, "--between", o.between, "HH:MM-HH:MM", "work in these local hours alone, night after night")->check(not_empty);
    value(app, "--for", o.for_, "TIME", "stop after 3h, 90m, ... (75)")->check(not_empty);
    value(app, "--max-profiles", o.max_profiles, "N", "stop after so many profiles (75)")->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 60));
    value(app, "--metrics-file", o.metrics_file, "FILE", "the progress for Prometheus, replaced every 5 s")->check(not_empty);
    ids(app, "--profile", o.profiles, "only these; may be repeated");
    flag(app, "--again", o.again, "with --profile: also what was rolled back");
    flag(app, "--retry-refused", o.retry_refused, "try refused profiles again, changed or not");
    flag(app, "--catch-up", o.catch_up, "only sources that were edited or added since");
    plan_options(app, o.plan, o.expect_plan);
    flag(app, "--accept-mapping", globals_.accept_mapping, "go on though the mapping changed since the run began");
    lease_options(app);
  }
  verb<Verify>(app_, "verify", group, "check that what was written is there and right");
}

}  // namespace tidemark::commands
