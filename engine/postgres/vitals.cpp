#include "engine/postgres/vitals.h"

#include <algorithm>
#include <cstdlib>

namespace tidemark::engine::postgres {
namespace {

std::uint64_t whole(const Value& value) { return value ? std::strtoull(value->c_str(), nullptr, 10) : 0; }
double real(const Value& value) { return value ? std::strtod(value->c_str(), nullptr) : 0; }

}  // namespace

Vitals read_vitals(Session& session, const std::vector<std::string>& tables) {
  Vitals vitals;
  for (const auto& row : session.query(
           "SELECT coalesce(state, 'unknown'), count(*),"
           " count(*) FILTER (WHERE state = 'active' AND clock_timestamp() - query_start > interval '1 second'),"
           " coalesce(max(extract(epoch FROM clock_timestamp() - query_start)) FILTER (WHERE state = 'active'), 0)::double precision"
           " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' GROUP BY 1")) {
    vitals.states[row[0].value_or("")] = whole(row[1]);
    vitals.connections += whole(row[1]);
    vitals.slow_queries += whole(row[2]);
    vitals.slowest_s = std::max(vitals.slowest_s, real(row[3]));
  }
  const auto locks = session.query(
      "SELECT count(*), count(*) FILTER (WHERE NOT granted) FROM pg_locks WHERE pid <> pg_backend_pid()"
      " AND (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))");
  vitals.locks = whole(locks[0][0]);
  vitals.locks_waiting = whole(locks[0][1]);
  const auto stat = session.query(
      "SELECT deadlocks, xact_commit, xact_rollback, blks_hit, blks_read, current_setting('max_connections') FROM pg_stat_database WHERE datname = current_database()");
  if (!stat.empty()) {
    vitals.deadlocks = whole(stat[0][0]);
    vitals.commits = whole(stat[0][1]);
    vitals.rollbacks = whole(stat[0][2]);
    vitals.blocks_hit = whole(stat[0][3]);
    vitals.blocks_read = whole(stat[0][4]);
    vitals.max_connections = whole(stat[0][5]);
  }
  // A standby that has replayed everything has no lag, however old its last transaction is.
  const auto lag = session.query(
      "SELECT CASE WHEN pg_is_in_recovery() THEN"
      " CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"
      " ELSE (SELECT max(coalesce(extract(epoch FROM replay_lag), 0)) FROM pg_stat_replication WHERE state IS NOT NULL) END::double precision");
  if (lag[0][0]) vitals.replication_lag_s = real(lag[0][0]);
  for (const auto& table : tables) {
    const auto schema = session.schema_of(table);
    if (!schema) continue;
    const auto size = session.query(
        "SELECT pg_total_relation_size(c.oid), greatest(c.reltuples, 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = $1 AND c.relname = $2",
        {*schema, table});
    if (!size.empty() && size[0][0]) vitals.tables[*schema + "." + table] = {whole(size[0][0]), static_cast<std::int64_t>(whole(size[0][1]))};
  }
  return vitals;
}

}  // namespace tidemark::engine::postgres
