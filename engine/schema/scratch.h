#pragma once
/// Databases for trials of migrations: beside the target, or on a server that was named for it.

#include <functional>
#include <memory>
#include <string>

#include "engine/postgres/scratch_database.h"

namespace tidemark::engine::schema {

struct Scratch {
  std::string conninfo;     ///< a server where this role may make databases; empty: there is none
  std::string search_path;  ///< as the target's
  /// Brings the committed schema of the target into the database of this conninfo (engine/runbook/schema_copy, which starts pg_dump: not from
  /// within a transaction that has changed the schema, whose locks it would wait for).
  std::function<void(const std::string& into)> copy_schema;

  bool there() const { return !conninfo.empty(); }
  /// @param like  a session of the target: encoding, collation and search_path are its
  /// @throws Failure: the role may not, the server isn't there, pg_dump isn't there or is older than the server
  std::unique_ptr<postgres::ScratchDatabase> empty(Environment& environment, Session& like) const;
  std::unique_ptr<postgres::ScratchDatabase> copy(Environment& environment, Session& like) const;
};

}  // namespace tidemark::engine::schema
