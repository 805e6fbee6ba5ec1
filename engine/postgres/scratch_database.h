#pragma once
/// Databases made beside the target: to restore a backup, to prove it, and to try a migration where nobody waits.

#include <memory>
#include <string>

#include "engine/environment.h"

namespace tidemark::engine::postgres {

/// Makes an empty database with encoding and collation of the one that `source` is connected to.
/// @param admin  a session outside any transaction, on the server that it is made on
/// @param owner  empty: who makes it
/// @throws TargetError
void create_like(Session& source, Session& admin, const std::string& name, const std::string& owner = {});

struct ScratchRequest {
  std::string conninfo;          ///< a server where this role may make databases
  std::string search_path = {};  ///< of scripts, one schema, unquoted; empty: the source's own
  std::string doing;             ///< "making a scratch database to prove the backup"
  std::string safe;
  std::string next;              ///< where the role may not make databases
};

/// Empty at first; dropped with all its connections at the end, as far as that is possible. One that was left by a killed program is known by its
/// name and by nobody being connected, and dropped by the next that is made.
class ScratchDatabase {
 public:
  /// @throws Failure
  ScratchDatabase(Environment& environment, Session& source, const ScratchRequest& request);
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;
  const std::string& conninfo() const { return conninfo_; }  ///< holds the password
  const std::string& name() const { return name_; }
  Session& session() { return *session_; }  ///< connected to it; by being so it says that the database is in use

 private:
  void drop_leftovers();
  void drop() noexcept;
  Environment& environment_;
  std::unique_ptr<Target> server_;
  std::unique_ptr<Session> admin_, session_;
  std::string name_, conninfo_;
};

}  // namespace tidemark::engine::postgres
