#include "engine/runbook/monitor/database.h"

#include <algorithm>

#include "engine/postgres/quote.h"

namespace tidemark::engine::runbook::monitor {
namespace {

/// A counter of the server since the last look; it begins anew when the statistics are reset or the server was restarted.
std::uint64_t since(std::uint64_t now, std::uint64_t before) { return now >= before ? now - before : now; }

}  // namespace

void Database::begin() {
  session_->begin_reading();
  session_->limit_statements(options_.timeout_ms);
  // Probes are written as the application's queries are: with names found by its search path.
  session_->query("SELECT set_config('search_path', $1, true)", {schema_ ? postgres::quoted_name(*schema_) + ", " + own_path_ : own_path_});
}

void Database::read_keys() {
  keys_.clear();
  if (!schema_) return;
  const auto table = postgres::qualified(*schema_, options_.source);
  const auto key = "SELECT t." + postgres::quoted_name(options_.key) + "::text FROM " + table + " t ";
  // Some pages of the whole table: the first rows would always be in the cache.
  auto rows = session_->query(key +
                              "TABLESAMPLE SYSTEM ((SELECT least(100, 100.0 * 2000 / greatest(reltuples, 1)) FROM pg_class WHERE oid = to_regclass($1))) LIMIT 200", {table});
  if (rows.empty()) rows = session_->query(key + "LIMIT 200");
  for (auto& row : rows) {
    if (row[0]) keys_.push_back(std::move(*row[0]));
  }
}

void Database::take(const postgres::Vitals& now, DatabaseMeasures& into) {
  into.ok = true;
  into.connections = now.connections;
  into.max_connections = now.max_connections;
  into.states = now.states;
  into.slow_queries = now.slow_queries;
  into.slowest_s = now.slowest_s;
  into.locks = now.locks;
  into.locks_waiting = now.locks_waiting;
  into.replication_lag_s = now.replication_lag_s;
  for (const auto& [name, size] : now.tables) into.tables[name] = {size.bytes, size.rows};
  if (before_) {
    into.deadlocks = since(now.deadlocks, before_->deadlocks);
    into.commits = since(now.commits, before_->commits);
    into.rollbacks = since(now.rollbacks, before_->rollbacks);
    const auto hit = since(now.blocks_hit, before_->blocks_hit), read = since(now.blocks_read, before_->blocks_read);
    if (hit + read > 0) into.cache_hit = static_cast<double>(hit) / static_cast<double>(hit + read);
  }
  before_ = now;
}

void Database::ask(const ProbeQuery& probe, ProbeTimes& times) {
  const bool keyed = probe.sql.find("$1") != std::string::npos;
  for (unsigned i = 0; i < options_.repeat; ++i) {
    Row parameters;
    if (keyed) {
      if (keys_.empty()) return;  // nothing to ask for: the source is empty
      parameters.push_back(keys_[next_key_++ % keys_.size()]);
    }
    const auto begun = clock_.steady();
    try {
      session_->query(probe.sql, parameters);
      times.us.push_back(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begun).count()));
    } catch (const TargetError& error) {
      ++times.failed;
      times.error = error.what();
      if (error.kind == TargetError::Kind::connection) throw;
      session_->rollback();
      begin();
    }
  }
}

void Database::measure(Sample& sample) {
  std::vector<const ProbeQuery*> asked;
  try {
    if (!session_) {
      session_ = target_.connect("monitor", true);
      own_path_ = session_->query("SELECT current_setting('search_path')")[0][0].value_or("public");
      schema_.reset();
      keys_.clear();
    }
    if (!schema_) schema_ = session_->schema_of(options_.source);
    begin();
    if (keys_.empty()) read_keys();
    for (const auto& probe : options_.probes) {
      if (std::ranges::all_of(probe.needs, [&](const std::string& table) { return session_->schema_of(table).has_value(); })) asked.push_back(&probe);
    }
    // The probes come first: what the vitals read is not to warm their cache.
    for (const auto* probe : asked) ask(*probe, sample.probes[probe->name]);
    take(postgres::read_vitals(*session_, options_.tables), sample.database);
    session_->rollback();
  } catch (const TargetError& error) {
    sample.database = {};
    sample.database.error = error.what();
    // What was not asked any more failed as well.
    for (const auto& probe : options_.probes) {
      auto& times = sample.probes[probe.name];
      const bool left_out = !asked.empty() && std::ranges::find(asked, &probe) == asked.end();
      if (left_out) sample.probes.erase(probe.name);
      else if (times.us.empty() && times.failed == 0) times.failed = 1, times.error = error.what();
    }
    if (session_) session_->rollback();
    if (error.kind == TargetError::Kind::connection) session_.reset();
  }
}

}  // namespace tidemark::engine::runbook::monitor
