#include "engine/schema/prisma_history.h"

#include <algorithm>

#include "engine/postgres/quote.h"

namespace tidemark::engine::schema {
namespace {

std::string table_of(const History& history) { return postgres::quoted_name(history.schema) + "._prisma_migrations"; }

/// As Prisma writes it, unqualified.
constexpr const char* kCreate = R"(CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
))";

/// In a unit the search_path is pinned: the connection's own is asked for by a script.
std::string current_schema(Session& session) {
  session.run_script("SELECT pg_catalog.set_config('tidemark.schema', coalesce(pg_catalog.current_schema(), ''), true)");
  return session.query("SELECT pg_catalog.current_setting('tidemark.schema')").at(0).at(0).value_or("");
}

/// Tables, views and types of people's own, not those that an extension brought.
constexpr const char* kContents = R"(
SELECT kind || ' ' || pg_catalog.quote_ident(name) FROM (
  SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END AS kind, c.relname AS name, 'pg_class'::pg_catalog.regclass AS class, c.oid
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT 'type', t.typname, 'pg_type'::pg_catalog.regclass, t.oid
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = $1 AND t.typtype IN ('e', 'd')) AS found
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = found.class AND d.objid = found.oid AND d.deptype = 'e')
ORDER BY 1 LIMIT 4)";

}  // namespace

const HistoryRow* History::applied(std::string_view name) const {
  const auto found = std::find_if(rows.rbegin(), rows.rend(), [&](const auto& row) { return row.name == name && row.applied(); });
  return found == rows.rend() ? nullptr : &*found;
}

const HistoryRow* History::failed(const std::vector<std::string>& without) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.failed() && std::find(without.begin(), without.end(), row.id) == without.end(); });
  return found == rows.end() ? nullptr : &*found;
}

History read_history(Session& session) {
  History history{session.schema_of("_prisma_migrations").value_or(""), {}};
  if (!history.exists()) return history;
  for (auto& row : session.query("SELECT id, migration_name, checksum, started_at::pg_catalog.text, coalesce(logs, ''), finished_at IS NOT NULL, "
                                 "rolled_back_at IS NOT NULL FROM " + table_of(history) + " AS h ORDER BY h.started_at, h.finished_at, h.id")) {
    history.rows.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or(""), row[4].value_or(""),
                            row[5] == "t", row[6] == "t"});
  }
  return history;
}

void refuse_failed(const History& history, const std::vector<std::string>& ours) {
  const auto* row = history.failed(ours);
  if (!row) return;
  const auto line = row->logs.substr(0, row->logs.find('\n'));
  throw Failure(ExitCode::inconclusive, "looking at the history", history.schema + "._prisma_migrations",
                "migration " + row->name + " began at " + row->started_at + " and failed, or was killed" + (line.empty() ? "" : " (" + line + ")") +
                    "; what became of it must be settled first (Prisma's P3009)",
                "Nothing was run.", "tidemark resolve " + row->name);
}

void make_history(Session& session) { session.run_script(kCreate); }

void create_history(Session& session) {
  const auto schema = current_schema(session);
  if (schema.empty()) {
    throw Failure(ExitCode::failed, "creating _prisma_migrations", "the target", "its search_path names no schema that exists", "Nothing was run.",
                  "create the schema, or correct ?schema= in DATABASE_URL");
  }
  std::string contents;
  for (const auto& row : session.query(kContents, {schema})) contents += (contents.empty() ? "" : ", ") + row[0].value_or("");
  if (!contents.empty()) {
    throw Failure(ExitCode::failed, "looking for the history", "schema " + schema,
                  "it has no _prisma_migrations but isn't empty: " + contents + ", … (Prisma's P3005)", "Nothing was run.",
                  "tidemark baseline adopts the schema as it is");
  }
  session.run_script(kCreate);
}

std::string clock_text(Session& session) {
  return session.query("SELECT pg_catalog.clock_timestamp()::pg_catalog.text").at(0).at(0).value_or("");
}

void record_applied(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum,
                    const std::string& started_at) {
  session.query("INSERT INTO " + table_of(history) +
                    " (id, checksum, started_at, finished_at, migration_name, logs, rolled_back_at, applied_steps_count) "
                    "VALUES ($1, $2, $3::pg_catalog.timestamptz, pg_catalog.clock_timestamp(), $4, NULL, NULL, 1)",
                {id, checksum, started_at, name});
}

void record_started(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum) {
  session.query("INSERT INTO " + table_of(history) + " (id, checksum, started_at, migration_name, applied_steps_count) VALUES ($1, $2, pg_catalog.clock_timestamp(), $3, 0)", {id, checksum, name});
}

void record_resolved(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum) {
  session.query("INSERT INTO " + table_of(history) + " (id, checksum, started_at, finished_at, migration_name, logs, applied_steps_count) "
                "SELECT $1, $2, t, t, $3, '', 0 FROM pg_catalog.clock_timestamp() AS t", {id, checksum, name});
}

bool record_finished(Session& session, const History& history, const std::string& id) {
  return !session.query("UPDATE " + table_of(history) + " SET finished_at = pg_catalog.clock_timestamp(), applied_steps_count = 1 "
                        "WHERE id = $1 AND finished_at IS NULL AND rolled_back_at IS NULL RETURNING id", {id}).empty();
}

bool record_given_up(Session& session, const History& history, const std::string& id, const std::string& logs) {
  return !session.query("UPDATE " + table_of(history) + " SET rolled_back_at = pg_catalog.clock_timestamp(), logs = coalesce(nullif($2, ''), logs) "
                        "WHERE id = $1 AND finished_at IS NULL AND rolled_back_at IS NULL RETURNING id", {id, logs}).empty();
}

bool record_undone(Session& session, const History& history, const std::string& id) {
  return !session.query("UPDATE " + table_of(history) +
                            " SET rolled_back_at = pg_catalog.clock_timestamp() "
                            "WHERE id = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL RETURNING id",
                        {id})
              .empty();
}

}  // namespace tidemark::engine::schema
