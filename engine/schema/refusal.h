#pragma once
/// A script that PostgreSQL refused, for the record and for a person.

#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

/// Records migration_refused, durably, then throws.
/// @throws Failure failed, always
[[noreturn]] inline void refused(journal::Writer& journal, const SchemaWork& work, const std::string& file, const TargetError& error,
                                 const std::string& safe, const std::string& next) {
  journal.append(journal::MigrationRefused{work.name, error.sqlstate, error.what()});
  journal.flush();
  std::string answer = std::string(error.what()) + (error.sqlstate.empty() ? "" : " (SQLSTATE " + error.sqlstate + ")");
  for (const char c : error.context.empty() ? "" : "\n" + error.context) answer += c == '\n' ? std::string("; ") : std::string(1, c);
  throw Failure(ExitCode::failed, work.doing + " " + work.name, file, answer, safe, next);
}

}  // namespace tidemark::engine::schema
