#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {

// EXECUTE takes several statements, and PostgreSQL itself refuses transaction commands, COPY FROM STDIN and CONCURRENTLY in it.
// Both literals are libpq's, so no text of a script can close them. The pins are the caller's to set again.
void PostgresSession::run_script(const std::string& sql) {
  wire_.exec("SELECT pg_catalog.set_config('search_path', $1, true)", {own_path_});
  wire_.exec_script("DO " + wire_.literal("BEGIN EXECUTE " + wire_.literal(sql) + "; END"), sql);
}

void PostgresSession::run_alone(const std::string& statement) {
  if (wire_.failed()) rollback();
  if (wire_.in_transaction()) throw std::logic_error("a statement runs alone outside of any transaction");
  wire_.exec("SELECT pg_catalog.set_config('search_path', $1, false), pg_catalog.set_config('lock_timeout', '0', false), pg_catalog.set_config('statement_timeout', '0', false), "
             "pg_catalog.set_config('client_encoding', 'UTF8', false)", {own_path_});
  wire_.exec_script(statement, statement);
}

}  // namespace tidemark::engine::postgres
