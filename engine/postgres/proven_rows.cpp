#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

// session_replication_role = replica is how PostgreSQL leaves out the triggers of foreign keys (and all others but ENABLE ALWAYS and REPLICA), for
// this transaction alone. So a table where anything else fires, a deferrable unique constraint among it, is not for this. The COPY's own lock on the
// table (ROW EXCLUSIVE) keeps triggers and constraints from coming; what came before it is seen by asking once more behind it.

namespace tidemark::engine::postgres {
namespace {

// Since version 15 the setting can be granted; before, it is a superuser's.
constexpr int kGrantable = 150000;

constexpr const char* kFires = R"sql(
SELECT c.relkind <> 'r' OR c.relispartition OR c.relhassubclass OR pg_catalog.current_setting('session_replication_role') <> 'origin'
  OR EXISTS (SELECT FROM pg_catalog.pg_trigger g LEFT JOIN pg_catalog.pg_constraint o ON o.oid = g.tgconstraint
             WHERE g.tgrelid = c.oid AND (NOT g.tgisinternal OR o.contype IS DISTINCT FROM 'f'))
FROM pg_catalog.pg_class c WHERE c.oid = $1::pg_catalog.regclass)sql";

constexpr const char* kForeignKeys = R"sql(
SELECT o.conname, a.attname, n.nspname, r.relname, f.attname,
  pg_catalog.cardinality(o.conkey) = 1 AND a.atttypid = f.atttypid AND a.atttypmod = f.atttypmod AND a.attcollation = f.attcollation
    AND r.relkind = 'r' AND NOT r.relispartition AND NOT r.relhassubclass
FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class r ON r.oid = o.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
JOIN pg_catalog.pg_attribute f ON f.attrelid = o.confrelid AND f.attnum = o.confkey[1]
WHERE o.conrelid = $1::pg_catalog.regclass AND o.contype = 'f' ORDER BY o.oid)sql";

}  // namespace

std::optional<std::vector<ForeignKey>> PostgresSession::provable_foreign_keys(const TableShape& table) {
  const Snapshot snapshot(*this);
  if (!may_prove_) {
    const std::string granted = wire_.server_version() >= kGrantable ? " OR pg_catalog.has_parameter_privilege('session_replication_role', 'SET')" : "";
    may_prove_ = truth(wire_.exec("SELECT r.rolsuper" + granted + " FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user")[0][0]);
  }
  if (!*may_prove_) return std::nullopt;
  const Row named{qualified(table.schema, table.name)};
  if (truth(wire_.exec(kFires, named)[0][0])) return std::nullopt;
  std::vector<ForeignKey> keys;
  for (const auto& row : wire_.exec(kForeignKeys, named)) {
    if (!truth(row[5])) return std::nullopt;
    keys.push_back({text(row[0]), text(row[1]), text(row[2]), text(row[3]), text(row[4])});
  }
  if (keys.empty()) return std::nullopt;
  return keys;
}

void PostgresSession::insert_proven_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) {
  wire_.exec("SET LOCAL session_replication_role = replica");
  insert_rows(table, columns, rows);
  wire_.exec("SET LOCAL session_replication_role = origin");
}

}  // namespace tidemark::engine::postgres
