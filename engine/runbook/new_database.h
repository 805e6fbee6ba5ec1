#pragma once
/// Databases made beside the target: to prove a backup, and to restore one.

#include <memory>
#include <string>

#include "engine/environment.h"

namespace tidemark::engine::runbook {

/// Makes an empty database with encoding and collation of the one that `source` is connected to.
/// @param admin  a session outside any transaction, on the server that it is made on
/// @param owner  empty: who makes it
/// @throws TargetError
void create_like(Session& source, Session& admin, const std::string& name, const std::string& owner = {});

/// Dropped with all its connections at the end, as far as that is possible.
class ScratchDatabase {
 public:
  /// @param conninfo  a server where this role may make databases. Leftovers of proofs that were killed an hour ago or more are dropped.
  /// @throws Failure
  ScratchDatabase(Environment& environment, Session& source, const std::string& conninfo);
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;
  const std::string& conninfo() const { return conninfo_; }

 private:
  void drop_leftovers();
  Environment& environment_;
  std::unique_ptr<Target> server_;
  std::unique_ptr<Session> admin_;
  std::string name_, conninfo_;
};

}  // namespace tidemark::engine::runbook
