#include "commands/command_line/command_line.h"

namespace tidemark::commands {

void CommandLine::care() {
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

}  // namespace tidemark::commands
