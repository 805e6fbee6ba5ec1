#include "engine/postgres/pins.h"

namespace tidemark::engine::postgres {
namespace {

constexpr const char* kValues =
    "pg_catalog.set_config('search_path','pg_catalog',true),pg_catalog.set_config('TimeZone','UTC',true),pg_catalog.set_config('DateStyle','ISO',true),"
    "pg_catalog.set_config('IntervalStyle','postgres',true),pg_catalog.set_config('extra_float_digits','1',true),pg_catalog.set_config('bytea_output','hex',true),"
    "pg_catalog.set_config('lc_monetary','C',true),pg_catalog.set_config('row_security','off',true),pg_catalog.set_config('client_encoding','UTF8',true)";

std::string limit(const char* name, int ms) {
  return std::string("pg_catalog.set_config('") + name + "','" + std::to_string(ms > 0 ? ms : 0) + "',true),";
}

std::string select(const Pins& pins) {
  return "SELECT " + limit("lock_timeout", pins.lock_timeout_ms) + limit("statement_timeout", pins.statement_timeout_ms) +
         limit("idle_in_transaction_session_timeout", pins.idle_timeout_ms);
}

// A right that was taken away since is no reason to fail.
constexpr const char* kCompressed =
    "CASE WHEN pg_catalog.has_parameter_privilege('wal_compression','SET') THEN pg_catalog.set_config('wal_compression','lz4',true) END,";

}  // namespace

// set_config itself is named in full: the first of them runs under a search_path that is not ours yet.
std::string pins_sql(const Pins& pins) {
  return select(pins) + "pg_catalog.set_config('synchronous_commit','on',true)," + (pins.compress_wal ? kCompressed : "") + kValues;
}

std::string reading_pins_sql() { return select(Pins{kReadingLockWaitMs, 0, 0}) + kValues; }

}  // namespace tidemark::engine::postgres
