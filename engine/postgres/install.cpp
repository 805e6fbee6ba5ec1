#include "engine/postgres/schema_sql.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

/// "tide": two runners that install at once queue here, for the length of one transaction.
constexpr const char* kLockInstallation = "SELECT pg_advisory_xact_lock(1953064037)";
constexpr const char* kIsThere = "SELECT to_regnamespace('tidemark') IS NOT NULL, to_regclass('tidemark.meta') IS NOT NULL";

}  // namespace

bool PostgresSession::installed() {
  const Snapshot snapshot(*this);
  return truth(wire_.exec("SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                          " WHERE n.nspname = 'tidemark' AND c.relname = 'meta')")[0][0]);
}

void PostgresSession::install(const Uuid& tidemark) {
  Short transaction(*this, 10000);
  wire_.exec(kLockInstallation);
  const auto there = wire_.exec(kIsThere)[0];
  if (truth(there[1])) {
    const auto found = wire_.exec("SELECT version FROM tidemark.meta");
    const auto version = found.empty() ? 0 : number(found[0][0]);
    if (version == kSchemaVersion) return;
    throw TargetError(TargetError::Kind::other, "",
                      "the schema tidemark here has version " + std::to_string(version) + ", this program knows version " +
                          std::to_string(kSchemaVersion) + (version > kSchemaVersion ? ": use the newer program" : ""));
  }
  if (truth(there[0])) {
    throw TargetError(TargetError::Kind::other, "42P06", "there is a schema tidemark here that Tidemark did not make (it has no table meta)");
  }
  wire_.exec(schema_sql("'" + to_string(tidemark) + "'"));
  transaction.commit_or_throw("installing the schema tidemark");
}

}  // namespace tidemark::engine::postgres
