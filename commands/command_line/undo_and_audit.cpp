#include "commands/command_line/command_line.h"

namespace tidemark::commands {

void CommandLine::undo_and_audit() {
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

}  // namespace tidemark::commands
