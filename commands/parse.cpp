#include "commands/parse.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <deque>

#include "commands/combinations.h"
#include "commands/nearest.h"
#include "commands/print_error.h"
#include "commands/redact.h"
#include "commands/terminal.h"
#include "commands/version.h"

namespace tidemark::commands {
namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "   0  done, or nothing to do\n"
    "   1  failed, or not begun (unreachable, unknown profile)\n"
    "   2  wrong usage, or a question without a terminal and without --yes\n"
    "   3  a check did not hold\n"
    "   4  done, with conflicts or refused profiles left\n"
    "   5  the target is behind the journal (restored from a backup?)\n"
    "   6  another runner holds the lease\n"
    "   7  the journal is damaged, foreign, or newer than this program\n"
    "   8  inconclusive, or a decision is wanted\n"
    "  75  stopped cleanly: run the same again to resume";

/// The verbs and their options: one line each. Options of a verb that isn't built yet are not offered.
class Door {
 public:
  Door() : app_("A migration engine for PostgreSQL: every change is recorded, a crashed run resumes, and what was done can be undone.", "tidemark") {
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

  std::variant<Parsed, Answered> parse(std::vector<std::string> args);

 private:
  struct Verb {
    CLI::App* app;
    Command command;
  };

  /// Declares a verb. The reference stays good: a deque doesn't move its elements.
  template <class Options>
  std::pair<CLI::App&, Options&> verb(CLI::App& parent, const std::string& name, const std::string& group, const std::string& does) {
    CLI::App* app = parent.add_subcommand(name, does)->group(group);
    app->require_subcommand(0, 0)->footer(std::string("The options of `tidemark --help` may stand here too.\n\n") + kExitCodes);
    verbs_.push_back({app, Options{}});
    return {*app, std::get<Options>(verbs_.back().command)};
  }
  CLI::App& family(const std::string& name, const std::string& group, const std::string& does) {
    CLI::App* app = app_.add_subcommand(name, does)->group(group)->require_subcommand(0, 1)->footer(kExitCodes);
    app->get_formatter()->label("SUBCOMMAND", "VERB");
    families_.push_back(app);
    return *app;
  }

  template <class Value>
  static CLI::Option* value(CLI::App& app, const std::string& names, Value& into, const std::string& what, const std::string& does) {
    return app.add_option(names, into, does)->option_text(what);
  }
  static void flag(CLI::App& app, const std::string& names, bool& into, const std::string& does) { app.add_flag(names, into, does); }
  /// May be repeated; takes one id each, never splits it (spread() has made `--profile A B` into two).
  static void ids(CLI::App& app, const std::string& name, std::vector<std::string>& into, const std::string& does) {
    app.add_option(name, into, does)->option_text("ID ...")->allow_extra_args(false);
  }
  /// A scope that a script left empty must not widen what the other scopes name.
  static std::string not_empty(const std::string& text) { return text.empty() ? "an empty text says nothing" : ""; }
  static std::string number_of_run(std::string text) {
    text = text.starts_with('#') ? text.substr(1) : text;
    if (text.find_first_not_of('0') == std::string::npos) throw CLI::ValidationError("a run is numbered from 1");
    return text;
  }
  /// @param done  what was done to the profiles in the run or the time that is named
  void row_scope(CLI::App& app, RowScope& into, const std::string& done) {
    ids(app, "--profile", into.profiles, "the rows of these profiles; may be repeated");
    value(app, "--profiles-from", into.profiles_from, "FILE", "the same, one id a line; - reads standard input")->check(not_empty);
    ids(app, "--user", into.users, "of these users' profiles; may be repeated");
    value(app, "--where", into.where, "SQL", "for which this holds: a condition on the source table, there called t")->check(not_empty);
    value(app, "--run", into.run, "N", done + " in that run")->transform(number_of_run);
    value(app, "--since", into.since, "WHEN", done + " then or later: #EVENT, RFC 3339, or local HH:MM")->check(not_empty);
    value(app, "--until", into.until, "WHEN", done + " then or before")->check(not_empty);
  }
  static void plan_options(CLI::App& app, std::string& plan, std::string& expect) {
    value(app, "--plan", plan, "FILE", "only if the data are still as this file of `plan --out` says")->check(not_empty);
    value(app, "--expect-plan", expect, "HASH", "the same, by the plan's hash")->check(not_empty)->excludes("--plan");
  }
  void scratch_url(CLI::App& app, std::string& into) { value(app, "--scratch-url", into, "URL", "a server where scratch databases may be made (the target's)"); }
  void lease_options(CLI::App& app) {
    flag(app, "--take-lease", globals_.take_lease, "take over from another runner that is known to be gone");
    flag(app, "--adopt-target", globals_.adopt_target, "begin anew on a target that names another journal");
  }

  void global_options();
  void schema_and_data();
  void whole_runbook();
  void watching();
  void runbook();
  void undo_and_audit();
  void care();
  Answered usage_error(const std::string& problem, const std::string& verb_path, bool json) const;
  std::string explain_unknown(const std::string& word) const;
  const CLI::App* deepest() const;
  std::string path(const CLI::App* app) const;  ///< "audit log"

  CLI::App app_;
  Globals globals_;
  int verbose_ = 0;
  bool quiet_ = false;
  std::deque<Verb> verbs_;
  std::vector<CLI::App*> families_;
};

void Door::global_options() {
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

void Door::schema_and_data() {
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

void Door::whole_runbook() {
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

void Door::watching() {
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

void Door::runbook() {
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

void Door::undo_and_audit() {
  {
    auto [app, o] = verb<Rollback>(app_, "rollback", "Undo", "undo rows, or the schema, as the journal recorded them");
    row_scope(app, o, "converted");
    value(app, "--rejected", o.rejected, "REASON", "with an entry that was rejected for this reason, such as invalid_url")->check(not_empty);
    flag(app, "--all", o.all, "every row that Tidemark wrote");
    value(app, "--to", o.to, "MIGRATION", "the schema: undo what came after that migration, or `start`");
    flag(app, "--dry-run", o.dry_run, "say what would be undone; write nothing");
    app.add_option_function<std::string>(
           "--on-conflict",
           [&into = o.on_conflict](const std::string& text) {
             into = text == "stop" ? OnConflict::stop : text == "force" ? OnConflict::force : OnConflict::skip;
           },
           "what to do with a row that changed since (skip)")
        ->option_text("skip|stop|force")
        ->check(CLI::IsMember({"skip", "stop", "force"}));
    flag(app, "--cascade", o.cascade, "undo first what later runs of ours made of the same rows");
    lease_options(app);
  }
  {
    auto [app, o] = verb<Redo>(app_, "redo", "Undo", "bring back the rows that rollback removed, with the same ids and times");
    row_scope(app, o, "rolled back");
    flag(app, "--all", o.all, "all that was rolled back");
    flag(app, "--dry-run", o.dry_run, "say what would come back; write nothing");
    app.add_option_function<std::string>(
           "--on-conflict", [&into = o.on_conflict](const std::string& text) { into = text == "stop" ? OnConflict::stop : OnConflict::skip; },
           "what to do about a row that can't come back (skip)")
        ->option_text("skip|stop")
        ->check(CLI::IsMember({"skip", "stop"}));
    lease_options(app);
  }
  CLI::App& audit = family("audit", "History", "what was done, by the journal");
  {
    auto [app, o] = verb<AuditLog>(audit, "log", "Verbs", "the events");
    value(app, "--run", o.run, "N", "of one run")->transform([](std::string text) { return text.starts_with('#') ? text.substr(1) : text; });
    value(app, "--kind", o.kind, "KIND", "of one kind, such as chunk_committed");
    value(app, "--profile", o.profile, "ID", "about one profile");
    value(app, "--since", o.since, "MOMENT", "from this event or time on: #123, 02:13, 2026-11-22T02:13:00Z");
    value(app, "--until", o.until, "MOMENT", "up to and including it");
    value(app, "--reason", o.reason, "REASON", "refused, skipped, rejected or in conflict for it, such as bad_url")->check(not_empty);
    value(app, "--limit", o.limit, "N", "at most so many; says how to go on");
    flag(app, "--follow", o.follow, "go on with what a run writes, until it ends");
    flag(app, "--newest-first", o.newest_first, "the last one first");
  }
  {
    auto [app, o] = verb<AuditShow>(audit, "show", "Verbs", "one profile's whole life");
    value(app, "--profile", o.profile, "ID", "which one");
  }
  verb<AuditVerify>(audit, "verify", "Verbs", "the journal itself: chain and projections; needs no database");
  {
    auto [app, o] = verb<AuditReplay>(audit, "replay", "Verbs", "converted rows and schema as of a moment, from the journal alone");
    value(app, "--until", o.until, "MOMENT", "an event (=#123) or a time (02:13, 2026-11-22T02:13:00Z); the end");
    ids(app, "--profile", o.profiles, "only these; may be repeated");
    value(app, "--into", o.into, "URL", "do the journal again on this scratch database, to be queried; never the target");
    value(app, "--backup", o.backup, "FILE", "with --into: a pg_dump -Fc, restored there first; the database must be empty then");
  }
  {
    auto [app, o] = verb<AuditDiff>(audit, "diff", "Verbs", "the journal against the live rows, both ways");
    ids(app, "--profile", o.profiles, "only these; may be repeated");
    flag(app, "--details", o.details, "list the rows that are not ours, too");
  }
  {
    auto [app, o] = verb<AuditExport>(audit, "export", "Verbs", "events or row changes as JSON Lines or CSV");
    value(app, "--what", o.what, "events|rows", "which of the two (events)")->check(CLI::IsMember({"events", "rows"}));
    value(app, "--format", o.format, "jsonl|csv", "how (jsonl)")->check(CLI::IsMember({"jsonl", "csv"}));
    value(app, "--out", o.out, "FILE", "into a new file");
  }
}

void Door::care() {
  const std::string group = "Care";
  {
    verb<Preflight>(app_, "preflight", group, "is everything there that the migration needs? Writes nothing");
    auto [app, o] = verb<Backup>(app_, "backup", group, "dump the target, and prove the dump by restoring it aside");
    value(app, "--directory", o.directory, "DIR", "where to (backups/ beside the journal)");
    value(app, "--prove", o.prove, "restore|list|none", "how (restore: into a scratch database, compared with the snapshot)")->check(CLI::IsMember({"restore", "list", "none"}));
    value(app, "--scratch-url", o.scratch_url, "URL", "a server where the scratch database may be made (the target's)");
    flag(app, "--no-space-check", o.no_space_check, "begin even if the disk looks too small");
    flag(app, "--list", o.list, "the backups that there are, youngest first; each is read and compared with its SHA-256");
  }
  {
    auto [app, o] = verb<Rehearse>(app_, "rehearse", group, "do all of it on a clone, and back, and again; say how long it takes. Writes nothing to the target");
    value(app, "--scratch-url", o.scratch_url, "URL", "a server where the clone may be made (the target's)");
    value(app, "--sample", o.sample, "N%", "so many of the subjects, and the rows that belong to them; says what that can't prove")->check(not_empty);
    value(app, "--foreground", o.foreground, "FILE", "SQL that one connection asks the clone meanwhile, over and over, rolled back each time; says what it felt")->check(not_empty);
  }
  {
    auto [app, o] = verb<Restore>(app_, "restore", group, "put a backup in the target's place; the old database stays under another name");
    app.add_option("FILE", o.backup, "the backup (the youngest)")->option_text(" ")->check(not_empty);
    value(app, "--yes-restore", o.yes_restore, "DATABASE", "the database's name, instead of typing it on the terminal")->check(not_empty);
    flag(app, "--dry-run", o.dry_run, "say what would be lost; write nothing");
  }
  {
    auto [app, o] = verb<Reconcile>(app_, "reconcile", group, "let the journal follow a target that was restored (exit code 5)");
    flag(app, "--dry-run", o.dry_run, "say what is there and what isn't; write nothing");
    flag(app, "--new-home", o.new_home, "the target lives on this server from now on: restored elsewhere, promoted, cloned");
    value(app, "--mixed", o.mixed, "void|witness", "what to do with units that are there in part (leave them)")->check(CLI::IsMember({"void", "witness"}));
  }
  {
    auto [app, o] = verb<Report>(app_, "report", group, "what was done and whether it holds, as a page for stakeholders");
    app.add_option("--format", o.formats, "which; all three if not named")->option_text("html,md,json")->delimiter(',')->check(CLI::IsMember({"html", "md", "json"}));
    value(app, "--out", o.out, "DIR|FILE", "where (./tidemark-report)")->check(not_empty);
    value(app, "--limit", o.limit, "N", "so many refused profiles and rejected entries in the page (100); all are in CSV files");
    flag(app, "--with-data", o.with_data, "with URLs, labels and user ids; the files are for their owner alone then");
    flag(app, "--offline", o.offline, "from the journal alone, also if the database would answer");
  }
  verb<Stop>(app_, "stop", group, "ask the running holder to end after its chunk");
  {
    auto [app, o] = verb<Note>(app_, "note", group, "write a remark into the history");
    value(app, "TEXT", o.text, " ", "the remark");
  }
  CLI::App& journal = family("journal", group, "care of the journal");
  verb<JournalInfo>(journal, "info", "Verbs", "identity, size, head");
  {
    auto [app, o] = verb<JournalBackup>(journal, "backup", "Verbs", "copy it, also while a run writes");
    value(app, "FILE", o.file, " ", "the copy; must not exist");
  }
  {
    auto [app, o] = verb<JournalArchive>(journal, "archive", "Verbs", "a copy of it, the configuration in force and what belongs to it, with checksums");
    value(app, "DIR", o.directory, " ", "a new directory");
    app.add_option("--with", o.with, "put this file in too: a log, the plan, the report; may be repeated")->option_text("FILE ...")->allow_extra_args(false);
  }
  {
    auto [app, o] = verb<JournalErase>(journal, "erase", "Verbs", "on a person's request: take a profile's data out of it; the chain holds");
    value(app, "--profile", o.profile, "ID", "whose");
    value(app, "--reason", o.reason, "TEXT", "recorded with it, such as the request's number");
  }
  {
    auto [app, o] = verb<Ddl>(app_, "ddl", group, "print the schema `tidemark` as SQL, for a DBA");
    flag(app, "--grants", o.grants, "and the privileges that a run needs");
  }
  verb<FaultList>(app_, "faults", group, "the fault points of the crash tests: name, tab, meaning");
}

const CLI::App* Door::deepest() const {
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().back();
  return app;
}

std::string Door::path(const CLI::App* app) const {
  std::string names;
  for (; app != &app_; app = app->get_parent()) names = app->get_name() + (names.empty() ? "" : " ") + names;
  return names;
}

std::string Door::explain_unknown(const std::string& word) const {
  std::vector<std::string> known, owners;
  const auto options_of = [](const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  };
  const CLI::App* here = deepest();
  const std::string name = word.substr(0, word.find('='));
  if (name.starts_with('-')) {
    known = options_of(app_);
    if (here != &app_) {
      const auto mine = options_of(*here);
      known.insert(known.begin(), mine.begin(), mine.end());
    }
    for (const Verb& verb : verbs_) {
      const auto names = options_of(*verb.app);
      if (verb.app != here && std::find(names.begin(), names.end(), name) != names.end()) owners.push_back(path(verb.app));
    }
    if (std::find(known.begin(), known.end(), name) != known.end()) return name + " must stand after the verb";
    const std::string near = nearest(name, known);
    if (!near.empty() && owners.empty()) return "there is no option " + name + "; did you mean " + near + "?";
    std::string text = "there is no option " + name + (here == &app_ ? "" : " for " + here->get_name());
    for (std::size_t i = 0; i < owners.size(); ++i) text += (i == 0 ? "; it belongs to " : ", ") + owners[i];
    return owners.empty() || here != &app_ ? text : text + ", after the verb";
  }
  for (const CLI::App* sub : here->get_subcommands([](const CLI::App*) { return true; })) known.push_back(sub->get_name());
  if (known.empty()) return "what is \"" + word + "\"? " + here->get_name() + " doesn't take it (a text with spaces needs quotes)";
  const std::string near = nearest(word, known);
  std::string text = "there is no verb \"" + word + "\"";
  if (!near.empty()) return text + "; did you mean " + near + "?";
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; there are " : ", ") + known[i];
  return text;
}

Answered Door::usage_error(const std::string& problem, const std::string& verb_path, bool json) const {
  const std::string command = "tidemark" + (verb_path.empty() ? "" : " " + verb_path);
  const engine::Failure failure(engine::ExitCode::usage, "reading the command line", command, redact(problem), "Nothing was done.", command + " --help");
  if (json) return {2, error_json(failure), ""};
  return {2, "", "tidemark: " + printable_lines(failure.answer) + "\nSee: " + failure.next + "\n"};
}

/// `--profile A B` means `--profile A --profile B`; done here because CLI11 would also split an id like "[a,b]".
std::vector<std::string> spread(const std::vector<std::string>& args) {
  std::vector<std::string> out;
  std::string name;
  bool in_ids = false, first = false, plain = false;
  for (const std::string& arg : args) {
    plain = plain || (arg == "--" && !first);
    if (plain) {
      out.push_back(arg);
    } else if (arg == "--profile" || arg == "--user") {
      if (first) throw CLI::ValidationError(name + " names nobody: " + arg + " is no ID (" + name + "=" + arg + " means one)");
      name = arg;
      in_ids = first = true;
    } else if (in_ids && (first || !arg.starts_with('-'))) {
      out.push_back(name + "=" + arg);
      first = false;
    } else {
      in_ids = false;
      out.push_back(arg);
    }
  }
  if (first) out.push_back(name);
  return out;
}

std::variant<Parsed, Answered> Door::parse(std::vector<std::string> args) {
  const bool json = std::find(args.begin(), args.end(), "--json") != args.end();
  try {
    args = spread(args);
    std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
    app_.parse(args);
  } catch (const CLI::CallForVersion&) {
    return Answered{0, version_line() + "\n", ""};
  } catch (const CLI::Success&) {
    return Answered{0, app_.help(), ""};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    return usage_error(text.substr(0, text.find(':')) + (text.find("At Most") != std::string::npos ? " stands there twice" : " wants a value"), path(deepest()), json);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what(), path(deepest()), json);
  }
  auto unknown = app_.remaining(true);
  std::erase(unknown, "--");
  if (!unknown.empty()) return usage_error(explain_unknown(unknown.front()), path(deepest()), json);
  if (verbose_ > 0 && quiet_) return usage_error("--verbose and --quiet contradict each other", path(deepest()), json);
  globals_.verbosity = quiet_ ? -1 : std::min(verbose_, 2);
  for (Verb& verb : verbs_) {
    if (!verb.app->parsed()) continue;
    if (const std::string problem = contradiction(verb.command); !problem.empty()) return usage_error(problem, path(deepest()), json);
    return Parsed{globals_, verb.command};
  }
  const std::string here = path(deepest());
  std::string missing = here.empty() ? "what is to be done? Name a verb:" : here + " what? Name one of:";
  for (const CLI::App* app : deepest()->get_subcommands([](const CLI::App*) { return true; })) missing += " " + app->get_name();
  return usage_error(missing, path(deepest()), json);
}

}  // namespace

std::variant<Parsed, Answered> parse(int argc, const char* const* argv) {
  std::vector<std::string> args;
  for (int i = 1; i < argc; ++i) args.emplace_back(argv[i]);
  return Door().parse(std::move(args));
}

int print(const Answered& answer) {
  std::fputs(answer.out.c_str(), stdout);
  std::fputs(answer.err.c_str(), stderr);
  std::fflush(stdout);
  return answer.exit_code;
}

}  // namespace tidemark::commands
