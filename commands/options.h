#pragma once
/// What the command line said, as plain values: one struct a verb. parse.cpp fills them, verbs/ read them.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark::commands {

/// Options of every verb, before or after it. Empty: not given (then the environment, tidemark.toml, the default).
struct Globals {
  std::string database_url;
  std::string journal;
  std::string migrations;
  std::string conversions;
  std::string conversion;  ///< name, or what stands behind its stamp; empty: the configuration's, then the built-in one
  std::string config;
  std::string log_file;
  bool json = false;
  bool yes = false;
  bool no_color = false;
  int verbosity = 0;  ///< -1: only warnings … 2
  // Offered by the verbs that write only.
  bool take_lease = false;
  bool adopt_target = false;
  bool accept_mapping = false;
};

struct Status {
  bool exit_code = false;
  bool details = false;               ///< also the runbook's appendix C
  bool watch = false;                 ///< the progress of a run, by the journal alone
};
struct Plan {
  std::string out;                    ///< empty: to standard output
  std::uint64_t limit = 0;            ///< printed profiles; 0: all
  std::string scratch_url;
};
struct Baseline {
  std::string up_to;                  ///< a folder: the last one that ran; empty: found out
  bool dry_run = false;
  std::string scratch_url;
};
struct Resolve {
  std::string name;                   ///< a migration; empty: all that are unfinished
  bool applied = false, rolled_back = false;  ///< a person's word, where nothing can be proven; at most one, and with a name
  bool dry_run = false;
  std::string scratch_url;
};
struct Deploy {
  bool accept_drift = false;          ///< go on though others changed what is touched
  bool irreversible = false;          ///< apply also what has no inverse that holds
  bool with_data = false;             ///< runs the data steps that stand among the migrations, in their order
  bool accept_left = false;           ///< passes a data step that left some refused or rolled back
  std::string scratch_url;            ///< empty: Configuration::schema's, here and below
};
struct Convert {
  std::string name;                   ///< empty: every conversion
  std::optional<unsigned> workers;    ///< nullopt: Configuration::Convert's
  std::optional<std::uint64_t> chunk; ///< exactly so many; nullopt: as many as take Configuration::Convert::chunk_ms
  bool polite = false;
  std::string stop_at, between, for_; ///< as typed; empty: no limit
  std::uint64_t max_profiles = 0;     ///< 0: no limit
  std::string metrics_file;
  std::vector<std::string> profiles;  ///< empty: all
  bool catch_up = false;
  bool again = false;                 ///< only with profiles
  bool retry_refused = false;
  std::string plan;                   ///< a file of `plan --out`: nothing is converted unless it still is the plan
  std::string expect_plan;            ///< its hash instead
  std::string known_plan;             ///< where the plan of that hash may lie: not on the command line
  bool part_of_deploy = false;        ///< whose one JSON object it is: not on the command line
};
struct Verify {};
enum class OnConflict { skip, stop, force };
/// Which profiles' rows. Different parts narrow each other; beside another part --all says nothing: then `all` is false here.
struct RowScope {
  std::vector<std::string> profiles;
  std::string profiles_from;          ///< a file with one id a line; "-": standard input
  std::vector<std::string> users;
  std::string where;                  ///< a predicate on the source table, there called t
  std::uint64_t run = 0;              ///< 0: any
  std::string since, until;           ///< an event or a time, as typed; inclusive
  std::string rejected;               ///< a reason
  bool all = false;
  bool any() const {
    return all || !profiles.empty() || !profiles_from.empty() || !users.empty() || !where.empty() || run != 0 || !since.empty() || !until.empty() || !rejected.empty();
  }
};
/// A scope of rows, or `to`: exactly one of the two.
struct Rollback : RowScope {
  std::string to;                     ///< a migration, or "start"
  bool dry_run = false;
  OnConflict on_conflict = OnConflict::skip;
  bool sure = false;                  ///< asked already: not on the command line
  bool cascade = false;               ///< undo first what other runs made of the same rows
};
/// A scope without `rejected`.
struct Redo : RowScope {
  bool dry_run = false;
  OnConflict on_conflict = OnConflict::skip;  ///< never force
};
struct AuditLog {
  std::uint64_t run = 0;              ///< 0: any
  std::string kind;                   ///< empty: any
  std::string profile;                ///< empty: any
  std::string since, until;           ///< an event or a time; empty: from the first, to the last
  std::string reason;                 ///< of a refusal, a skip, a rejected entry or a conflict; empty: any
  std::uint64_t limit = 0;            ///< 0: all
  bool newest_first = false;
  bool follow = false;                ///< without until, limit and newest_first
};
struct AuditShow {
  std::string profile;
};
struct AuditVerify {};
struct AuditReplay {
  std::string until;                  ///< an event or a time; empty: the end
  std::vector<std::string> profiles;  ///< empty: all
  std::string into;                   ///< URL of a scratch database; empty: it is printed
  std::string backup;                 ///< with `into`: restored there first; empty: what it begins with is there
};
struct AuditDiff {
  std::vector<std::string> profiles;  ///< empty: all
  bool details = false;               ///< list the rows that aren't ours
};
struct AuditExport {
  std::string what = "events";        ///< or "rows"
  std::string format = "jsonl";       ///< or "csv"
  std::string out;                    ///< empty: standard output
};
struct Reconcile {
  bool dry_run = false;
  bool new_home = false;              ///< the target lives on another server from now on
  std::string mixed;                  ///< void, witness; empty: left for a person
};
struct Report {
  std::vector<std::string> formats;   ///< html, md, json; empty: all, or what `out` ends with
  std::string out;                    ///< a directory or a file; empty: ./tidemark-report
  std::uint64_t limit = 100;          ///< profiles in a list of the page
  bool with_data = false;
  bool offline = false;
};
struct Monitor {
  bool baseline = false;              ///< measures what later ones are compared with
  std::string duration, interval;     ///< as typed; empty: Configuration's
  std::string compare;                ///< baseline, last, #EVENT, a run; empty: the newest baseline
  std::vector<std::string> logs, commands;  ///< beside Configuration's
  std::string metrics_file;
  bool auto_rollback = false;
  bool stop_at_breach = false;
  bool anew = false;                  ///< don't go on with one that was interrupted
  // Of `run`, not of the command line:
  std::uint64_t after = 0;            ///< goes on only with one that began after this event
  std::vector<std::string> way_back;  ///< what undoes the procedure, instead of the newest conversion run alone
};
struct Preflight {};
struct Backup {
  std::string directory;              ///< empty: Configuration::backup's, here and below
  std::string prove;
  std::string scratch_url;
  bool no_space_check = false;
  bool list = false;
};
struct Restore {
  std::string backup;                 ///< a file of `backup`; empty: the youngest
  std::string yes_restore;            ///< the database's name; empty: it is typed on the terminal
  bool dry_run = false;
};
struct Rehearse {
  std::string scratch_url;            ///< empty: Configuration::backup's, then the target's server
  std::string sample;                 ///< "10%" or "10"; empty: all of it
  std::string foreground;             ///< a file of SQL; empty: nobody else asks
};
struct Stop {};
struct Note {
  std::string text;
};
struct Ddl {
  bool grants = false;
};
struct FaultList {};
struct JournalInfo {};
struct JournalBackup {
  std::string file;
};
struct JournalArchive {
  std::string directory;              ///< made; must not exist
  std::vector<std::string> with;      ///< files that belong to it: logs, plan, report
};
struct JournalErase {
  std::string profile;
  std::string reason;                 ///< recorded with it; may be empty
};

/// The whole runbook. Phases are named as on the command line.
struct Runbook {
  std::string only, from;
  std::vector<std::pair<std::string, std::string>> skip;  ///< phase, reason
  std::string no_backup;              ///< a reason: the phase backup is passed over, and nothing insists on one
  std::string restart;                ///< a reason: the open procedure is abandoned, another begins
  std::string plan, expect_plan;
  std::vector<std::string> accept_rejected;
  bool auto_rollback = false;
};

struct Integration {
  std::string only;                   ///< the command of this name; empty: all
};

struct Smoke {
  std::string api_url;                ///< empty: API_URL, then [api] url
  std::string file;                   ///< of probes; empty: [smoke] file, then smoke.toml beside the migrations
};

using Command = std::variant<Status, Plan, Deploy, Convert, Verify, Rollback, AuditLog, AuditShow, AuditVerify, Reconcile, Stop, Note, Ddl,
                             FaultList, JournalInfo, JournalBackup, AuditReplay, AuditDiff, AuditExport, Redo, Report, JournalErase,
                             Runbook, Integration, Smoke, Monitor, Backup, Preflight, Restore, JournalArchive, Baseline, Resolve, Rehearse>;

struct Parsed {
  std::string verb;  ///< as typed: "audit diff"
  Globals globals;
  Command command;
};

}  // namespace tidemark::commands
