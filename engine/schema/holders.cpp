#include "engine/schema/holders.h"

#include <cmath>
#include <cstdlib>

#include "engine/postgres/quote.h"
#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

/// One line, not longer than what a person reads.
std::string short_query(std::string query) {
  for (auto& c : query) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  if (query.size() <= 80) return query;
  std::size_t end = 80;
  while (end > 0 && (query[end] & 0xC0) == 0x80) --end;
  return query.substr(0, end) + "…";
}

}  // namespace

std::vector<std::string> tables_named(Session& session, std::string_view script) {
  std::vector<std::string> names;
  for (auto& row : session.query(
           "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) "
           "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
           "WHERE c.relname = ANY ($1::pg_catalog.name[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
           "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1",
           {postgres::array_literal(identifiers(script))})) {
    names.push_back(row[0].value_or(""));
  }
  return names;
}

std::string describe(const std::vector<Session::Blocker>& blockers) {
  std::string out;
  for (const auto& b : blockers) {
    out += (out.empty() ? "pid " : "; pid ") + std::to_string(b.pid) + " (" + (b.application.empty() ? "unnamed program" : b.application) +
           ", user " + b.user + ", " + b.state + " for " + std::to_string(std::lround(b.held_s)) + " s: " + short_query(b.query) + ")";
  }
  return out;
}

namespace {

constexpr const char* kWho = "SELECT a.pid, a.application_name, a.usename, a.state, a.query, "
    "extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.state_change, a.backend_start)) FROM pg_catalog.pg_stat_activity a ";

std::vector<Session::Blocker> blockers_from(const Rows& rows) {
  std::vector<Session::Blocker> list;
  for (const auto& row : rows) {
    Session::Blocker one;
    one.pid = std::atoi(row[0].value_or("0").c_str());
    one.application = row[1].value_or("");
    one.user = row[2].value_or("");
    one.state = row[3].value_or("of another user");
    one.query = row[4].value_or("");
    one.held_s = std::strtod(row[5].value_or("0").c_str(), nullptr);
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

std::vector<Session::Blocker> prisma_lock_holders(Session& session) {
  // pg_advisory_lock(bigint) shows as classid: high half, objid: low half, objsubid: 1.
  return blockers_from(session.query(std::string(kWho) + "JOIN pg_catalog.pg_locks l ON a.pid = l.pid "
           "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objsubid = 1 AND l.objid = $1::pg_catalog.oid "
           "AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) "
           "AND a.pid <> pg_catalog.pg_backend_pid() ORDER BY 1",
           {kPrismaLock}));
}

std::vector<Session::Blocker> blockers_of(Session& session, int pid) {
  return blockers_from(session.query(std::string(kWho) + "WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::pg_catalog.int4)) ORDER BY a.xact_start", {std::to_string(pid)}));
}

}  // namespace tidemark::engine::schema
