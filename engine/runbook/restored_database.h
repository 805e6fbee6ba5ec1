#pragma once
/// A backup made into a database beside the target, which then takes the target's place by name. No unit of work: it is not the target
/// that is written to, and the journal follows by reconciling.

#include <memory>
#include <string>

#include "engine/environment.h"
#include "engine/runbook/backup_file.h"
#include "engine/runbook/database_contents.h"

namespace tidemark::engine::runbook {

struct RestoreRequest {
  BackupRecorded backup;
  std::string conninfo;   ///< of the target; may hold a password
  std::string database;   ///< the target's name
  std::string fresh;      ///< of the new database until the swap
  std::string old;        ///< of the target's old database after it
  std::string programs;   ///< PostgreSQL's folder of programs; empty: PATH
  unsigned jobs = 2;      ///< of pg_restore
};
/// "valine_restored_1a2b3c4d", "valine_before_20261123t013000z": at most 63 bytes.
std::string name_beside(const std::string& database, const std::string& what);

class RestoredDatabase {
 public:
  /// Connects to the server, beside the target. @throws TargetError
  RestoredDatabase(Environment& environment, Target& reading, RestoreRequest request);

  bool made() const { return exists(request_.fresh); }
  bool swapped() const { return exists(request_.old) && !made(); }
  /// A new, empty one with encoding, collation, owner and tablespace of the target; a leftover of that name is dropped.
  void make();
  /// The backup's contents with their owners and privileges, and statistics for the planner. @throws Failure
  void fill();
  /// @return its counts. @throws Failure check if they, or the tables' shape, aren't the backup's
  RowCounts check();
  /// Settings (ALTER DATABASE … SET, ALTER ROLE … IN DATABASE … SET), privileges, comment and connection limit of the target.
  void dress();
  /// Both renames in one transaction. Who is connected to the target is ended; who comes meanwhile waits and is refused then.
  /// @throws Failure: the old database is in place
  void swap();
  void drop();
  std::string conninfo() const;  ///< of the new database until the swap; holds the password
  std::string address() const;   ///< for messages

 private:
  bool exists(const std::string& name) const;
  void give_settings();
  void give_privileges();
  Failure failed(const std::string& doing, const std::string& answer, const std::string& next = {}) const;
  Environment& environment_;
  Target& reading_;
  RestoreRequest request_;
  std::unique_ptr<Target> server_;
  std::unique_ptr<Session> admin_;
};

}  // namespace tidemark::engine::runbook
