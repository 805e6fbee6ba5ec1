#include "engine/runbook/rehearsal.h"

#include <set>

#include "engine/schema/catalog_snapshot.h"

namespace tidemark::engine::runbook {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{25};

constexpr const char* kClonedTables =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_total_relation_size(c.oid),"
    " (SELECT pg_catalog.string_agg('t.' || pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE \"C\") FROM pg_catalog.pg_attribute a"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relname <> '_prisma_migrations'"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tidemark') AND n.nspname !~ '^pg_(toast|temp|toast_temp)'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

// Weaker ones let others read and write.
constexpr const char* kStrongLocks =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), l.mode, pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start))"
    " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.granted AND l.locktype = 'relation' AND c.relkind IN ('r', 'm', 'p')"
    " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND n.nspname NOT IN ('pg_catalog', 'tidemark')"
    " AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') GROUP BY 1, 2";

}  // namespace

DatabaseState state_of(Session& session) {
  DatabaseState state;
  state.schema = schema::fingerprint(schema::CatalogSnapshot::take(session)).schema;
  for (const auto& row : session.query(kClonedTables)) {
    const auto& table = row.at(0).value();
    // By their names: a column that was dropped and came back stands at the end.
    const auto row_text = "ROW(" + row.at(2).value_or("") + ")::text";
    const auto sum = session.query("SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(" + row_text + ", 0)), 0) FROM ONLY " + table + " AS t").at(0);
    state.tables[table] = sum.at(0).value() + " " + sum.at(1).value();
  }
  return state;
}

std::vector<std::string> differences(const DatabaseState& one, const DatabaseState& other) {
  std::vector<std::string> list;
  if (one.schema != other.schema) list.push_back("the schema is another one");
  std::set<std::string> tables;
  for (const auto* state : {&one, &other}) {
    for (const auto& [table, _] : state->tables) tables.insert(table);
  }
  const auto rows = [](const DatabaseState& state, const std::string& table) {
    const auto found = state.tables.find(table);
    return found == state.tables.end() ? std::string("no such table") : found->second.substr(0, found->second.find(' ')) + " rows";
  };
  for (const auto& table : tables) {
    const auto a = one.tables.find(table), b = other.tables.find(table);
    if (a != one.tables.end() && b != other.tables.end() && a->second == b->second) continue;
    const auto before = rows(one, table), after = rows(other, table);
    list.push_back(table + ": " + (before == after ? before + ", and not the same ones" : before + " in the one, " + after + " in the other"));
  }
  return list;
}

DatabaseSize size_of(Session& session) {
  DatabaseSize size;
  for (const auto& row : session.query(kClonedTables)) size.tables[row.at(0).value()] = std::stoull(row.at(1).value());
  size.wal = std::stoull(session.query("SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')").at(0).at(0).value());
  return size;
}

LockWatch::LockWatch(Environment& environment, Target& clone)
    : session_(clone.connect("locks", true)), periodic_(environment.executor.every(kBetweenLooks, [this] { look(); })) {}

LockWatch::~LockWatch() { periodic_.reset(); }

void LockWatch::look() {
  try {
    for (const auto& row : session_->query(kStrongLocks)) {
      const double seconds = std::stod(row.at(2).value_or("0"));
      const std::lock_guard lock(mutex_);
      auto& held = longest_[row.at(0).value()];
      if (seconds >= held.seconds) held = {row.at(1).value(), seconds};
    }
  } catch (const std::exception&) {
    // What can't be seen just now is not measured; a rehearsal doesn't fail by it.
  }
}

std::map<std::string, LockWatch::Held> LockWatch::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(longest_, {});
}

}  // namespace tidemark::engine::runbook
