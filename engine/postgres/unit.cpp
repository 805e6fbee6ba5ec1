#include "engine/postgres/pins.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {

void PostgresSession::begin_unit(const Pins& pins) {
  if (wire_.failed()) rollback();  // left behind by a call that threw
  if (wire_.in_transaction()) throw std::logic_error("a unit begins outside of any transaction");
  wire_.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " + pins_sql(pins));
  wire_.server_limit(std::chrono::milliseconds(pins.statement_timeout_ms));
  by_index_ = planned_for_any_ = false;
}

void PostgresSession::look_up_by_index() {
  if (by_index_) return;
  // A table without a fitting index is read whole all the same, at a price that would have PostgreSQL compile the statement each time: for
  // the triggers of a foreign key once a row. And to weigh each of some thousand keys takes the planner longer than some of these statements take.
  wire_.exec("SET LOCAL enable_seqscan = off; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan");
  by_index_ = planned_for_any_ = true;
}

void PostgresSession::set_pins(const Pins& pins) {
  wire_.exec(pins_sql(pins));
  wire_.server_limit(std::chrono::milliseconds(pins.statement_timeout_ms));
}

// Since version 15 the setting can be granted, and lz4 be its value.
WalCompression PostgresSession::wal_compression() {
  const Snapshot snapshot(*this);
  if (wire_.server_version() < 150000) return {};
  const auto row = wire_.exec("SELECT s.setting = 'off' AND 'lz4' = ANY (s.enumvals) AND pg_catalog.has_parameter_privilege('wal_compression', 'SET'), NOT r.rolsuper"
                              " FROM pg_catalog.pg_settings s, pg_catalog.pg_roles r WHERE s.name = 'wal_compression' AND r.rolname = current_user")[0];
  return {truth(row[0]), truth(row[0]) && truth(row[1])};
}

// FOR SHARE is the fence: a runner that takes the lease (EXCLUSIVE on the table, then UPDATE) waits for this transaction, and
// after it this SELECT finds another epoch. Without it the old runner committed after the take-over.
ReceiptAnswer PostgresSession::write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) {
  try {
    const auto written = wire_.exec(
        "INSERT INTO tidemark.receipt (unit, journal, epoch, work, state, at, pid)"
        " SELECT $1, $2, l.epoch, $3, 'committed', now(), pg_backend_pid() FROM tidemark.lease l"
        " WHERE l.epoch = $4 AND l.token = $5 FOR SHARE"
        " RETURNING (extract(epoch FROM at) * 1000000)::bigint",
        {unit_text(unit), lease.journal ? Value(to_string(*lease.journal)) : Value(), work, sql_number(lease.epoch), to_string(lease.token)});
    if (written.empty()) return ReceiptAnswer::lease_over;
    at = UtcMicros{number(written[0][0])};
    return ReceiptAnswer::inserted;
  } catch (const TargetError& error) {
    if (error.sqlstate == "23505") return ReceiptAnswer::settled_already;
    throw;
  }
}

void PostgresSession::witness(UnitId unit, Seq seq, const Digest& chain) {
  const auto written = wire_.exec("UPDATE tidemark.receipt SET seq = $2, chain = $3 WHERE unit = $1 AND state = 'committed' RETURNING 1",
                                  {unit_text(unit), sql_number(seq), "\\x" + journal::hex(chain)});
  if (written.empty()) throw TargetError(TargetError::Kind::other, "", "the receipt of unit " + to_string(unit) + " is gone from its own transaction");
  wire_.exec("SET CONSTRAINTS ALL IMMEDIATE");
}

CommitAnswer PostgresSession::commit() { return wire_.commit(); }

}  // namespace tidemark::engine::postgres
