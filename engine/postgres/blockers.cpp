#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {

// pg_blocking_pids() answers only while one waits; who holds a lock on the table is there to be seen at any time. A row lock
// shows as its ROW SHARE on the table. Names are read as to_regclass() reads them.
std::vector<Session::Blocker> PostgresSession::blockers(const std::vector<std::string>& qualified_tables) {
  Keys tables = qualified_tables;
  tables.push_back("tidemark.lease");
  const Snapshot snapshot(*this);
  const auto found = wire_.exec(
      "SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''), coalesce(a.state, ''),"
      " coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::double precision,"
      " left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 120)"
      " FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.pid IN ("
      "  SELECT l.pid FROM pg_locks l WHERE l.locktype = 'relation' AND l.granted"
      "  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"
      "  AND l.relation IN (SELECT to_regclass(name) FROM unnest($1::text[]) name))"
      " ORDER BY a.xact_start NULLS LAST",
      {array_literal(tables)});
  std::vector<Blocker> result;
  for (const auto& row : found) {
    result.push_back({static_cast<int>(number(row[0])), text(row[1]), text(row[2]), text(row[3]), std::strtod(row[4].c_str(), nullptr), text(row[5])});
  }
  return result;
}

bool PostgresSession::terminate(int pid) {
  return truth(wire_.exec("SELECT pg_catalog.pg_terminate_backend(" + std::to_string(pid) + ")")[0][0]);
}

}  // namespace tidemark::engine::postgres
