#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "engine/postgres/quote.h"
#include "engine/runbook/preflight.h"
#include "engine/runbook/process.h"
#include "engine/runbook/redis_ping.h"

namespace tidemark::engine::runbook {
namespace {

using postgres::qualified;

template <class T>
void ask(Asked<T>& into, const std::function<T()>& question) {
  try {
    into.answer = question();
  } catch (const std::exception& error) {
    into.error = error.what();
    if (into.error.empty()) into.error = "not known";
  }
}

std::string one(Session& session, const std::string& sql, const Row& parameters = {}) {
  const auto rows = session.query(sql, parameters);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}
bool yes(Session& session, const std::string& sql, const Row& parameters = {}) { return one(session, sql, parameters) == "t"; }
double number(const Value& value) { return value ? std::stod(*value) : 0; }

Space space_at(const std::string& directory, std::uint64_t wanted) {
  std::filesystem::path path = std::filesystem::absolute(directory);
  while (!std::filesystem::exists(path) && path.has_relative_path()) path = path.parent_path();
  struct statvfs disk{};
  if (::statvfs(path.c_str(), &disk) != 0) throw std::runtime_error(path.string() + " can't be looked at");
  return {std::uint64_t{disk.f_bavail} * disk.f_frsize, wanted};
}

constexpr std::uint64_t kWorthSpeed = 100'000;  ///< subjects: below, a conversion is over in seconds anyhow

/// @param subjects  how many there are; 0: not known
std::vector<Privilege> privileges(Session& s, const PreflightRequest& request, std::uint64_t subjects) {
  std::vector<Privilege> list;
  const auto database = [&](const std::string& what) { return yes(s, "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), $1)", {what}); };
  if (!s.installed()) list.push_back({"CREATE on the database (the schema tidemark)", database("CREATE")});
  const auto schema = s.schema_of(request.source_table).value_or("public");
  list.push_back({"CREATE in schema " + schema, yes(s, "SELECT pg_catalog.has_schema_privilege($1, 'CREATE')", {schema})});
  const auto table = [&](const std::string& name, const std::string& what) {
    if (const auto in = s.schema_of(name)) {
      list.push_back({what + " on " + name, yes(s, "SELECT pg_catalog.bool_and(pg_catalog.has_table_privilege($1, w)) FROM pg_catalog.unnest(pg_catalog.string_to_array($2, ', ')) w", {qualified(*in, name), what})});
    }
  };
  table(request.source_table, "SELECT, UPDATE");
  table(request.links_table, "SELECT, INSERT, UPDATE, DELETE");
  table("_prisma_migrations", "SELECT, INSERT, UPDATE");
  for (const auto& name : {request.source_table, std::string("users"), request.links_table}) {
    if (const auto in = s.schema_of(name)) {
      list.push_back({"ownership of " + name, yes(s, "SELECT pg_catalog.pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class WHERE oid = $1::regclass", {qualified(*in, name)})});
    }
  }
  list.push_back({"CREATEDB (to prove a backup)", yes(s, "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"), false});
  list.push_back({"pg_read_all_stats (to see others' transactions)", yes(s, "SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')"), false});
  list.push_back({"pg_signal_backend (to end who blocks)", yes(s, "SELECT pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')"), false});
  if (subjects >= kWorthSpeed && s.identity().version_number >= 150000) {
    list.push_back({"SET on session_replication_role (a conversion in seven tenths of the time)", yes(s, "SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"), false});
  }
  return list;
}

std::vector<Waiter> waiters(const Rows& rows) {
  std::vector<Waiter> list;
  for (const auto& row : rows) list.push_back({static_cast<int>(number(row.at(0))), row.at(1).value_or("?"), row.at(2).value_or("?"), number(row.at(3))});
  return list;
}

std::vector<Waiter> long_transactions(Session& s) {
  if (!yes(s, "SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')") &&
      yes(s, "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND backend_type IS NULL)")) {
    throw std::runtime_error("this role may not see other roles' transactions (GRANT pg_read_all_stats)");
  }
  return waiters(s.query("SELECT pid::text, usename::text, state, extract(epoch FROM pg_catalog.clock_timestamp() - xact_start)::text FROM pg_catalog.pg_stat_activity"
                         " WHERE xact_start IS NOT NULL AND pid <> pg_catalog.pg_backend_pid() AND (datname = pg_catalog.current_database() OR datname IS NULL) AND backend_type = 'client backend'"
                         " ORDER BY xact_start LIMIT 20"));
}

Source source_of(Session& s, const PreflightRequest& request) {
  const auto in = s.schema_of(request.source_table);
  if (!in) throw std::runtime_error("there is no table " + request.source_table);
  const auto table = qualified(*in, request.source_table), value = postgres::quoted_name(request.source_value), key = postgres::quoted_name(request.source_key);
  Source source;
  const auto counts = s.query("SELECT pg_catalog.count(*), pg_catalog.count(" + value + ") FROM " + table).at(0);
  source.rows = std::stoull(counts.at(0).value());
  source.with_value = std::stoull(counts.at(1).value());
  for (const auto& row : s.query("SELECT p." + key + "::text, pg_catalog.left(p." + value + "::text, 60), pg_catalog.length(p." + value + "::text) > 60 FROM " + table + " p WHERE p." + value + " IS NOT NULL ORDER BY p." + key + " LIMIT 3")) {
    source.samples.push_back(row.at(0).value_or("") + " " + row.at(1).value_or("") + (row.at(2) == "t" ? "…" : ""));
  }
  return source;
}

Checkpoints checkpoints(Session& s, const PreflightRequest& request) {
  Checkpoints found;
  for (const auto& name : {request.source_table, std::string("users")}) {
    if (const auto in = s.schema_of(name)) found.tables += std::stoull(one(s, "SELECT pg_catalog.pg_relation_size($1::pg_catalog.regclass)", {qualified(*in, name)}));
  }
  found.limit = std::stoull(one(s, "SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size'))"));
  found.compressed = conversion::compresses(request.wal, s) || yes(s, "SELECT pg_catalog.current_setting('wal_compression') IN ('lz4', 'zstd')");
  return found;
}

std::string elsewhere(Session& s, const PreflightRequest& request) {
  if (!s.installed()) return {};
  const auto lease = s.read_lease();
  if (!lease.journal || lease.path == request.journal_path) return {};
  return "the target names the journal " + lease.path + " on " + lease.host + (lease.held ? ", whose run is going on" : "");
}

}  // namespace

Gathered gather(Environment& environment, Target& reading, const PreflightRequest& request) {
  Gathered g;
  std::unique_ptr<Session> session;
  ask<Identity>(g.server, [&] {
    session = reading.connect("preflight", true);
    return session->identity();
  });
  std::uint64_t size = 0;
  // Without a connection what only the server knows stays unknown: it was asked for.
  const auto on_server = [&]<class T>(Asked<T>& into, const std::function<T(Session&)>& question) {
    ask<T>(into, [&]() -> T {
      if (!session) throw std::runtime_error("no connection");
      try {
        return question(*session);
      } catch (const TargetError& error) {
        if (error.kind == TargetError::Kind::connection) session.reset();
        throw;
      }
    });
  };
  on_server.operator()<bool>(g.tls, [](Session& s) { return yes(s, "SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()"); });
  on_server.operator()<bool>(g.pooler, [](Session& s) { return one(s, "SELECT pg_catalog.pg_backend_pid()") != std::to_string(s.backend_pid()); });
  if (session) g.local = yes(*session, "SELECT pg_catalog.inet_client_addr() IS NULL OR pg_catalog.inet_client_addr() << '127.0.0.0/8' OR pg_catalog.inet_client_addr() = '::1'");
  on_server.operator()<Source>(g.source, [&](Session& s) { return source_of(s, request); });
  on_server.operator()<std::vector<Privilege>>(g.privileges, [&](Session& s) { return privileges(s, request, g.source.answer ? g.source.answer->with_value : 0); });
  on_server.operator()<Space>(g.backup_disk, [&](Session& s) {
    size = std::stoull(one(s, "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())"));
    return space_at(request.backup_directory, size);
  });
  // 350 bytes a profile with three links were measured; twice that for SQLite's log, and something to begin with.
  ask<Space>(g.journal_disk, [&] {
    if (!g.source.answer) throw std::runtime_error("how many profiles there are isn't known: " + g.source.error);
    return space_at(std::filesystem::path(request.journal_path).parent_path(), 10'000'000 + 2 * 350 * g.source.answer->with_value);
  });
  on_server.operator()<Space>(g.server_disk, [&](Session& s) -> Space {
    if (!g.local) throw std::runtime_error("PostgreSQL doesn't tell its disk's free space, and the server is on another machine");
    const auto directory = one(s, "SELECT pg_catalog.current_setting('data_directory')");
    if (::access(directory.c_str(), X_OK) != 0) throw std::runtime_error("PostgreSQL doesn't tell its disk's free space, and its data directory can't be looked at");
    return space_at(directory, size / 2);
  });
  on_server.operator()<std::vector<Waiter>>(g.long_transactions, long_transactions);
  on_server.operator()<std::vector<Waiter>>(g.table_locks, [&](Session& s) {
    return waiters(s.query("SELECT l.pid::text, coalesce(a.usename::text, '?'), l.mode, coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - a.state_change), 0)::text FROM pg_catalog.pg_locks l"
                           " JOIN pg_catalog.pg_class c ON c.oid = l.relation LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
                           " WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND l.granted"
                           " AND l.mode IN ('ShareLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND c.relname IN ($1, 'users', $2) ORDER BY l.pid",
                           {request.source_table, request.links_table}));
  });
  on_server.operator()<std::vector<Standby>>(g.standbys, [](Session& s) {
    std::vector<Standby> list;
    for (const auto& row : s.query("SELECT coalesce(application_name, pid::text), state, coalesce(extract(epoch FROM replay_lag), 0)::text FROM pg_catalog.pg_stat_replication")) {
      list.push_back({row.at(0).value_or("?"), row.at(1) ? std::optional(number(row.at(2))) : std::nullopt});
    }
    return list;
  });
  on_server.operator()<std::vector<Slot>>(g.slots, [](Session& s) {
    std::vector<Slot> list;
    const bool standby = yes(s, "SELECT pg_catalog.pg_is_in_recovery()");
    for (const auto& row : s.query(std::string("SELECT slot_name::text, active, ") + (standby ? "NULL" : "pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)::bigint") + " FROM pg_catalog.pg_replication_slots")) {
      list.push_back({row.at(0).value_or("?"), row.at(1) == "t", row.at(2) ? std::optional<std::uint64_t>(std::stoull(*row.at(2))) : std::nullopt});
    }
    return list;
  });
  on_server.operator()<Checkpoints>(g.checkpoints, [&](Session& s) { return checkpoints(s, request); });
  on_server.operator()<std::uint64_t>(g.frozen_age, [](Session& s) { return std::stoull(one(s, "SELECT pg_catalog.age(datfrozenxid) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()")); });
  on_server.operator()<std::string>(g.elsewhere, [&](Session& s) { return elsewhere(s, request); });

  for (const auto& tool : request.tools) {
    ToolAnswer answer{tool, "", ""};
    const auto said = ask_child({.argv = {"/bin/sh", "-c", tool.command}, .limit = std::chrono::seconds(30)}, environment.executor, environment.stop, environment.clock);
    if (said.end.ok()) answer.version = version_in(said.out.empty() ? said.err : said.out);
    else answer.error = said.end.what + (said.err.empty() ? "" : ": " + said.err.substr(0, said.err.find('\n')));
    g.tools.push_back(std::move(answer));
  }
  if (!request.api.url.empty()) {
    ask<int>(g.api_status, [&]() -> int {
      HttpRequest get;
      get.method = "GET";
      get.limit = std::chrono::seconds(10);
      return ask_http(request.api, get, environment.executor, environment.stop, environment.clock).status;
    });
  }
  if (!request.redis_url.empty()) ask<std::string>(g.redis, [&] { return redis_ping(request.redis_url); });
  for (const auto& path : request.logs) {
    std::error_code code;
    const bool there = std::filesystem::exists(path, code);
    g.logs.emplace_back(path, !there ? "it isn't there" : ::access(path.c_str(), R_OK) != 0 ? "it may not be read" : "");
  }
  return g;
}

}  // namespace tidemark::engine::runbook
