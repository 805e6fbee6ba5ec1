#pragma once
/// What every verb is given: the configuration in force, the target, the journal's place, and an engine to run on.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/configuration.h"
#include "commands/connection_url.h"
#include "commands/console.h"
#include "commands/explain.h"
#include "commands/json.h"
#include "commands/options.h"
#include "commands/redact.h"
#include "engine/conversion/conversion.h"
#include "engine/recovery.h"
#include "engine/schema/migration_folder.h"

namespace tidemark::commands {

class Door {
 public:
  /// Reads the configuration; connects to nothing yet. @throws Failure usage
  explicit Door(const Globals& globals);
  ~Door();

  const Globals& globals;
  Configuration configuration;
  Redactor redactor;
  Situation situation;

  engine::Target& reading();                ///< default_transaction_read_only; any of several hosts
  engine::Environment& environment();       ///< for writing; installs the signal handlers once
  const Connection& connection();           ///< @throws Failure usage if nothing names a database
  bool names_database();                    ///< @throws Failure usage if what names it is malformed
  engine::StopFlag& stop();
  engine::Faults& faults();                 ///< without a database
  engine::Executor& executor();             ///< without a database; installs the signal handlers once
  Console& console();                       ///< the log and the progress line

  /// --journal, or the configuration, or $XDG_STATE_HOME/tidemark/<system identifier>-<database>.journal.
  std::string journal_path(const engine::Identity& target);
  /// The same without a target; @throws Failure usage when only the target could tell.
  std::string journal_path_offline();
  /// Where a clean end leaves the journal's copy: beside it, or in the configuration's journal_backup.
  std::string journal_copy(const std::string& path) const;
  /// nullptr: there is none yet. @param behind_is_fine  also for a target that was restored to before Tidemark
  /// @throws Failure behind, journal: it is not the record of this target as it is now
  std::unique_ptr<journal::Reader> journal(const engine::Identity& target, bool behind_is_fine = false, bool new_home = false);

  std::string migrations_folder();
  std::vector<engine::schema::MigrationFolder> migrations();
  std::string conversions_folder();
  /// The one that the verb is about: the built-in one, or one that is declared. @throws Failure failed: no such name; usage: a wrong declaration
  const engine::conversion::Conversion& conversion();
  void choose(const std::string& conversion);  ///< in place of --conversion; what conversion() answered before may be gone then
  const std::string& chosen() const;           ///< as named; empty: the built-in one
  /// Opens the way for writing: journal, lease, settled. `started` names verb and arguments.
  std::unique_ptr<engine::WritingRun> begin(const std::string& verb, const std::string& arguments, bool converts,
                                            bool reconciles = false, bool new_home = false);
  /// Calls `work`; when it throws, the run is ended and recorded as far as it can be, and the exception goes on.
  void during(engine::WritingRun& run, const std::function<void()>& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The verbs. Each opens, calls, prints, and answers the exit code.
int run(Door& door, const Status& options);
int run(Door& door, const Monitor& options);
int run(Door& door, const Plan& options);
int run(Door& door, const Deploy& options);
int run(Door& door, const Convert& options);
int run(Door& door, const Verify& options);
int run(Door& door, const Rollback& options);
int run(Door& door, const Redo& options);
int run(Door& door, const AuditLog& options);
int run(Door& door, const AuditShow& options);
int run(Door& door, const AuditVerify& options);
int run(Door& door, const AuditReplay& options);
int run(Door& door, const AuditDiff& options);
int run(Door& door, const AuditExport& options);
int run(Door& door, const Reconcile& options);
int run(Door& door, const Report& options);
int run(Door& door, const Integration& options);
int run(Door& door, const Smoke& options);
int run(Door& door, const Preflight& options);
int run(Door& door, const Backup& options);
int run(Door& door, const Restore& options);
int run(Door& door, const Rehearse& options);
int run(Door& door, const Baseline& options);
int run(Door& door, const Resolve& options);
int run(Door& door, const Stop& options);
int run(Door& door, const Note& options);
int run(Door& door, const Ddl& options);
int run(Door& door, const FaultList& options);
int run(Door& door, const JournalInfo& options);
int run(Door& door, const JournalBackup& options);
int run(Door& door, const JournalErase& options);
int run(Door& door, const JournalArchive& options);
int run(Door& door, const Runbook& options);

}  // namespace tidemark::commands
