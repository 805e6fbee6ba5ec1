#include <algorithm>

#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

constexpr const char* kReadReceipt =
    "SELECT unit, state = 'committed', coalesce(seq, 0), chain, (extract(epoch FROM at) * 1000000)::bigint, work FROM tidemark.receipt ";

Receipt receipt_of(const pqxx::row& row) {
  return Receipt{UnitId(static_cast<std::uint64_t>(number(row[0]))), truth(row[1]), static_cast<Seq>(number(row[2])),
                 digest_from_bytea(value(row[3])), UtcMicros{number(row[4])}, text(row[5])};
}

}  // namespace

std::optional<Receipt> PostgresSession::receipt(UnitId unit) {
  const Snapshot snapshot(*this);
  const auto found = wire_.exec(std::string(kReadReceipt) + "WHERE unit = $1", {unit_text(unit)});
  if (found.empty()) return std::nullopt;
  return receipt_of(found[0]);
}

// journal::ReceiptSum: hex digits 2 to 16 of a chain value are its first 8 bytes without their top 4 bits.
ReceiptTotal PostgresSession::receipts(const Uuid& journal) {
  const Snapshot snapshot(*this);
  const auto row = wire_.exec(
      "SELECT count(*), mod(coalesce(sum(('x' || substr(encode(chain, 'hex'), 2, 15))::bit(60)::bigint), 0), 9223372036854775808)::bigint"
      " FROM tidemark.receipt WHERE journal = $1 AND state = 'committed'",
      {to_string(journal)})[0];
  return {static_cast<std::uint64_t>(number(row[0])), static_cast<std::uint64_t>(number(row[1]))};
}

void PostgresSession::for_each_receipt(const Uuid& journal, const std::function<void(const Receipt&)>& each) {
  const Snapshot snapshot(*this);
  Value after = "-9223372036854775808";
  while (true) {
    const auto page = wire_.exec(std::string(kReadReceipt) + "WHERE journal = $1 AND unit > $2 ORDER BY unit LIMIT 1000",
                                 {to_string(journal), after});
    if (page.empty()) return;
    for (const auto& row : page) each(receipt_of(row));
    after = text(page[page.size() - 1][0]);
  }
}

bool PostgresSession::testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) {
  Short transaction(*this, 5000);
  const auto written = wire_.exec(
      "INSERT INTO tidemark.receipt (unit, journal, epoch, work, state, seq, chain, at, pid)"
      " SELECT $1, $2, $3, $4, 'committed', $5, $6, to_timestamp(0) + $7 * interval '1 microsecond', pg_backend_pid() FROM tidemark.lease l"
      " WHERE l.epoch = $8 AND l.token = $9 FOR SHARE RETURNING 1",
      {unit_text(unit), lease.journal ? Value(to_string(*lease.journal)) : Value(), sql_number(unit.epoch()), work, sql_number(seq),
       "\\x" + journal::hex(chain), std::to_string(at.value), sql_number(lease.epoch), to_string(lease.token)});
  if (written.empty()) return false;
  transaction.commit_or_throw("witnessing unit " + to_string(unit) + " anew");
  return true;
}

bool PostgresSession::dismiss(const Lease& lease, UnitId unit) {
  Short transaction(*this, 5000);
  if (wire_.exec("SELECT 1 FROM tidemark.lease l WHERE l.epoch = $1 AND l.token = $2 FOR SHARE", {sql_number(lease.epoch), to_string(lease.token)}).empty()) return false;
  wire_.exec("UPDATE tidemark.receipt SET state = 'void', seq = NULL, chain = NULL WHERE unit = $1", {unit_text(unit)});
  transaction.commit_or_throw("dismissing the receipt of unit " + to_string(unit));
  return true;
}

// The INSERT waits for an old backend that holds the same key uncommitted. If that one commits, ours does nothing; if it rolls
// back or is gone, ours stands and is committed as a tombstone: then the unit can never commit, however late its COMMIT arrives.
std::optional<Receipt> PostgresSession::resolve(UnitId unit, const Lease& lease, int wait_ms) {
  {
    Short transaction(*this, std::max(wait_ms, 1));
    wire_.exec(
        "INSERT INTO tidemark.receipt (unit, journal, epoch, work, state, at, pid)"
        " SELECT $1, $2, l.epoch, 'resolve', 'void', now(), pg_backend_pid() FROM tidemark.lease l"
        " WHERE l.epoch = $3 AND l.token = $4 FOR SHARE"
        " ON CONFLICT (unit) DO NOTHING",
        {unit_text(unit), lease.journal ? Value(to_string(*lease.journal)) : Value(), sql_number(lease.epoch), to_string(lease.token)});
    transaction.commit_or_throw("settling unit " + to_string(unit));
  }
  return receipt(unit);
}

}  // namespace tidemark::engine::postgres
