#include "engine/postgres/session.h"

#include <algorithm>

#include "engine/postgres/pins.h"
#include "engine/postgres/quote.h"

namespace tidemark::engine::postgres {

PostgresSession::PostgresSession(const std::string& conninfo, const std::string& schema) : wire_(conninfo) {
  own_path_ = schema.empty() ? text(wire_.exec("SELECT pg_catalog.current_setting('search_path')")[0][0]) : quoted_name(schema);
}

PostgresSession::~PostgresSession() = default;

Identity PostgresSession::identity() {
  const Snapshot snapshot(*this);
  const auto row = wire_.exec(
      "SELECT current_database(), current_setting('server_version'), current_user, current_setting('server_version_num'), pg_is_in_recovery(),"
      " has_function_privilege('pg_control_system()', 'EXECUTE'), to_regnamespace('tidemark') IS NOT NULL")[0];
  Identity identity;
  identity.database = text(row[0]);
  identity.server_version = text(row[1]);
  identity.user = text(row[2]);
  identity.version_number = static_cast<int>(number(row[3]));
  identity.standby = truth(row[4]);
  if (truth(row[5])) identity.system = text(wire_.exec("SELECT system_identifier::text FROM pg_control_system()")[0][0]);
  if (!truth(row[6])) return identity;
  // The schema is there. Asked of the catalog, not of the table: a failed SELECT would end the caller's transaction.
  const auto meta = wire_.exec(
      "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') FROM pg_namespace n"
      " JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'meta' WHERE n.nspname = 'tidemark'");
  if (meta.empty()) return identity;  // somebody else's schema of that name: install() says so
  identity.tidemark = Uuid{};         // there, but not for this role to read
  if (truth(meta[0][0])) {
    const auto id = wire_.exec("SELECT id::text FROM tidemark.meta");
    if (!id.empty()) identity.tidemark = journal::parse_uuid(text(id[0][0]));
  }
  return identity;
}

int PostgresSession::backend_pid() { return wire_.backend_pid(); }
void PostgresSession::cut() { wire_.cut(); }

namespace {

/// Not one of the statements that take no transaction around them.
bool only_reads(std::string_view sql) {
  sql.remove_prefix(std::min(sql.find_first_not_of(" \n("), sql.size()));
  return sql.starts_with("SELECT ") || sql.starts_with("WITH ") || sql.starts_with("EXPLAIN ");
}

}  // namespace

Rows PostgresSession::query(const std::string& sql, const Row& parameters) {
  if (planned_for_any_ && wire_.in_transaction() && !wire_.failed()) {  // somebody else's statement: a conversion's own, perhaps
    planned_for_any_ = false;
    wire_.exec("SET LOCAL plan_cache_mode TO DEFAULT");
  }
  const auto ask = [&] { return all_rows(parameters.empty() ? wire_.exec(sql) : wire_.exec(sql, parameters)); };
  if (wire_.in_transaction() || !only_reads(sql)) return ask();
  // By itself it would wait without end for who holds the table. Not SET for the session: behind a pooler that would be somebody else's.
  wire_.exec("BEGIN; SET LOCAL lock_timeout = " + std::to_string(kReadingLockWaitMs));
  try {
    auto rows = ask();
    wire_.exec("COMMIT");  // what it set for the session stays
    return rows;
  } catch (...) {
    rollback();
    throw;
  }
}

Rows PostgresSession::query_often(const std::string& sql) { return all_rows(exec_often(sql)); }

/// Behind a pooler the next transaction may run on another backend, so each asks what is prepared where it runs. A plan for an empty catalog
/// would be a bad one for a full one: the name has the catalog's size in it, to a power of two.
Result PostgresSession::exec_often(const std::string& sql) {
  if (!wire_.in_transaction()) return wire_.exec(sql);
  const auto stem = "tidemark_" + std::to_string(std::hash<std::string>()(sql)) + "_";
  const auto known = wire_.exec("WITH wanted AS (SELECT $1 || pg_catalog.floor(pg_catalog.log(2, pg_catalog.pg_relation_size('pg_catalog.pg_attribute')::numeric)) AS name)"
                                " SELECT w.name, EXISTS (SELECT FROM pg_catalog.pg_prepared_statements p WHERE p.name = w.name) FROM wanted w", {stem})[0];
  const auto name = text(known[0]);
  if (!truth(known[1])) wire_.exec("PREPARE " + quoted_name(name) + " AS " + sql);
  return wire_.exec("EXECUTE " + quoted_name(name));
}

void PostgresSession::begin_reading() {
  by_index_ = planned_for_any_ = false;
  if (wire_.failed()) rollback();
  if (wire_.in_transaction()) throw std::logic_error("a snapshot begins outside of any transaction");
  wire_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + reading_pins_sql());
}

void PostgresSession::limit_statements(int milliseconds) {
  wire_.exec("SELECT pg_catalog.set_config('statement_timeout', $1, true)", {std::to_string(milliseconds)});
  wire_.server_limit(std::chrono::milliseconds(milliseconds));
}

void PostgresSession::rollback() noexcept {
  try {
    if (!wire_.lost() && wire_.in_transaction()) wire_.exec("ROLLBACK");
  } catch (const std::exception&) {  // the connection is gone, and the transaction with it; the next call says so
  }
}

PostgresSession::Short::Short(PostgresSession& session, int lock_timeout_ms) : session_(session) {
  // LOCK TABLE and the reading of all receipts may each take long: only the wait for locks is bounded.
  session_.begin_unit(Pins{lock_timeout_ms, 0, 60000});
}

void PostgresSession::Short::commit_or_throw(const std::string& doing) {
  switch (commit()) {
    case CommitAnswer::committed: return;
    case CommitAnswer::rolled_back: throw TargetError(TargetError::Kind::other, "25P02", doing + ": COMMIT was answered by ROLLBACK");
    case CommitAnswer::in_doubt: throw TargetError(TargetError::Kind::connection, "", doing + ": the connection was lost in COMMIT");
  }
}

std::string sql_number(std::uint64_t value) { return std::to_string(static_cast<std::int64_t>(value)); }
std::string bytea_literal(const Digest& digest) { return "'\\x" + journal::hex(digest) + "'::bytea"; }
std::string unit_text(UnitId unit) { return sql_number(unit.value); }

}  // namespace tidemark::engine::postgres
