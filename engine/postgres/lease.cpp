#include <algorithm>

#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

constexpr const char* kReadLease =
    "SELECT l.epoch, l.token::text, l.journal::text, l.host, l.username, l.path, l.pid, l.run, l.head_seq, l.head_chain, l.held,"
    " extract(epoch FROM clock_timestamp() - greatest(b.at, l.taken_at, (SELECT max(r.at) FROM tidemark.receipt r)))::double precision"
    " FROM tidemark.lease l, tidemark.beat b";

Lease lease_of(const Result& result) {
  if (result.empty()) throw TargetError(TargetError::Kind::other, "", "tidemark.lease or tidemark.beat has lost its row; make it again as `tidemark ddl` does");
  const auto row = result[0];
  Lease lease;
  lease.epoch = static_cast<std::uint64_t>(number(row[0]));
  lease.token = journal::parse_uuid(text(row[1])).value_or(Uuid{});
  if (!row[2].is_null()) lease.journal = journal::parse_uuid(text(row[2]));
  lease.host = text(row[3]);
  lease.user = text(row[4]);
  lease.path = text(row[5]);
  lease.pid = static_cast<std::uint64_t>(number(row[6]));
  lease.run = static_cast<std::uint64_t>(number(row[7]));
  lease.head_seq = static_cast<Seq>(number(row[8]));
  lease.head_chain = digest_from_bytea(value(row[9]));
  lease.held = truth(row[10]);
  lease.beat_age_s = std::strtod(row[11].c_str(), nullptr);
  return lease;
}

}  // namespace

// EXCLUSIVE conflicts with the ROW SHARE that every unit's FOR SHARE takes on the table: the lock waits in a fair queue for the
// units in flight, and new ones wait behind it. A bare UPDATE starved behind ever new FOR SHARE lockers.
Lease PostgresSession::lock_lease(int wait_ms) {
  begin_unit(Pins{std::max(wait_ms, 1), 0, 60000});
  try {
    wire_.exec("LOCK TABLE tidemark.lease IN EXCLUSIVE MODE");
    return lease_of(wire_.exec(kReadLease));
  } catch (...) {
    rollback();
    throw;
  }
}

CommitAnswer PostgresSession::grant_lease(const Lease& lease) {
  wire_.exec(
      "UPDATE tidemark.lease SET epoch = $1, token = $2, journal = $3, host = $4, username = $5, pid = $6, path = $7, run = $8, head_seq = $9,"
      " head_chain = $10, held = $11, taken_at = clock_timestamp()",
      {sql_number(lease.epoch), to_string(lease.token), lease.journal ? Value(to_string(*lease.journal)) : Value(), lease.host, lease.user,
       sql_number(lease.pid), lease.path, sql_number(lease.run), sql_number(lease.head_seq),
       lease.head_chain ? Value("\\x" + journal::hex(*lease.head_chain)) : Value(), lease.held ? "t" : "f"});
  wire_.exec("UPDATE tidemark.beat SET epoch = $1, at = clock_timestamp(), stop = false", {sql_number(lease.epoch)});
  return commit();
}

Lease PostgresSession::read_lease() {
  const Snapshot snapshot(*this);
  return lease_of(wire_.exec(kReadLease));
}

bool PostgresSession::anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) {
  Short transaction(*this, 5000);
  const auto written = wire_.exec(
      "UPDATE tidemark.lease SET head_seq = $1, head_chain = $2, held = held AND NOT $3::boolean WHERE epoch = $4 AND token = $5 RETURNING 1",
      {sql_number(head_seq), "\\x" + journal::hex(head), release ? "t" : "f", sql_number(ours.epoch), to_string(ours.token)});
  if (written.empty()) return false;
  transaction.commit_or_throw("anchoring the journal's head");
  return true;
}

// Of an epoch that is over nothing is written and nothing is said: the next unit's guard says it, and says why.
// It waits for nobody long: a run's end waits for the beat under way.
bool PostgresSession::beat(std::uint64_t epoch) {
  const auto row = wire_.exec("SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 10000; UPDATE tidemark.beat SET at = pg_catalog.clock_timestamp() WHERE epoch = " + std::to_string(epoch) + " RETURNING stop");
  return !row.empty() && truth(row[0][0]);
}

bool PostgresSession::ask_to_stop() {
  const auto asked = wire_.exec("UPDATE tidemark.beat b SET stop = true FROM tidemark.lease l WHERE l.held AND l.epoch = b.epoch RETURNING 1");
  return !asked.empty();
}

}  // namespace tidemark::engine::postgres
