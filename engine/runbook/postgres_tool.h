#pragma once
/// pg_dump and pg_restore as children: the address without password on their command line, the password in a file.

#include <string>
#include <vector>

#include "engine/environment.h"
#include "engine/runbook/child_database.h"
#include "engine/runbook/process.h"

namespace tidemark::engine::runbook {

class PostgresTool {
 public:
  /// @param folder  of PostgreSQL's programs; empty: sought in PATH
  PostgresTool(Environment& environment, std::string folder) : environment_(environment), folder_(std::move(folder)) {}

  /// Runs it to its end; what it says on stderr is told as it comes. @return its standard output, up to a megabyte
  /// @param database  where it connects to; nullptr: nowhere
  /// @throws Failure with the last lines that it said; paused when stopped
  std::string run(const std::string& program, const std::vector<std::string>& arguments, const ChildDatabase* database, const std::string& doing, const std::string& object, const std::string& safe) const;
  /// "pg_dump (PostgreSQL) 15.14". @throws Failure with what to install
  std::string version(const std::string& program) const;

 private:
  std::string path(const std::string& program) const { return folder_.empty() ? program : folder_ + "/" + program; }
  Environment& environment_;
  std::string folder_;
};

}  // namespace tidemark::engine::runbook
