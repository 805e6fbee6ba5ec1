#pragma once
/// The schema of one database, without its rows, in another: pg_dump and pg_restore.

#include <string>

#include "engine/environment.h"

namespace tidemark::engine::runbook {

struct SchemaCopy {
  std::string from;      ///< conninfo, as all here; passwords don't go onto a command line
  std::string programs;  ///< PostgreSQL's folder of programs; empty: PATH
  bool elsewhere = false;  ///< another server: the roles that privileges are granted to needn't exist there
};

/// What is committed when it begins, without the schema `tidemark`; owned by the role that restores it. All of it, or nothing.
/// @throws Failure with what the programs said; paused when stopped
void copy_schema(Environment& environment, const SchemaCopy& copy, const std::string& into);

}  // namespace tidemark::engine::runbook
