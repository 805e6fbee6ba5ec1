#include "engine/audit/scratch_guard.h"

#include <set>

namespace tidemark::engine::audit {
namespace {

/// Whatever a person or a dump made; members of extensions may come with the server's template.
constexpr const char* kContents = R"(
WITH made AS (
  SELECT 'pg_class'::regclass AS class, c.oid AS id, n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT 'pg_type'::regclass, t.oid, n.nspname || '.' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 'schema ' || n.nspname FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public'))
SELECT name FROM made m WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = m.class AND d.objid = m.id AND d.deptype = 'e') ORDER BY 1 LIMIT 4)";

constexpr const char* kOthers =
    "SELECT a.pid::text, coalesce(a.usename, ''), coalesce(a.application_name, '') FROM pg_catalog.pg_stat_activity a"
    " WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend' LIMIT 4";

std::set<std::pair<std::string, std::string>> homes_of(const journal::Reader& journal) {
  const auto opened = journal.opened();
  std::set<std::pair<std::string, std::string>> homes{{opened.system, opened.database}};
  journal::Filter moves;
  moves.kind = journal::TargetMoved::kCode;
  journal.for_each(moves, [&](const journal::Record& record) {
    const auto moved = std::get<journal::TargetMoved>(journal::decode(record));
    homes.emplace(moved.from_system, moved.from_database);
    homes.emplace(moved.system, moved.database);
    return true;
  });
  return homes;
}

}  // namespace

void refuse_unless_scratch(Session& session, const journal::Reader& journal, Base base, const std::string& name) {
  const auto refuse = [&](const std::string& answer) {
    throw Failure(ExitCode::failed, "looking whether the journal can be done again there", name, answer, "Nothing was written.",
                  "createdb a new, empty database on another server or under another name, and name that with --into, the backup with --backup FILE");
  };
  const auto identity = session.identity();
  for (const auto& [system, database] : homes_of(journal)) {
    if (identity.database == database && (system.empty() || identity.system.empty() || system == identity.system)) refuse("it is the journal's own target");
  }
  if (session.installed()) refuse("it has a schema tidemark: it is a target, or was restored from one");
  std::string others;
  for (const auto& row : session.query(kOthers)) {
    others += (others.empty() ? "" : ", ") + std::string("pid ") + row[0].value_or("") + " of " + row[1].value_or("") + (row[2].value_or("").empty() ? "" : " (" + *row[2] + ")");
  }
  if (!others.empty()) refuse("others are connected to it: " + others);
  if (base == Base::there) return;
  std::string contents;
  for (const auto& row : session.query(kContents)) contents += (contents.empty() ? "" : ", ") + row[0].value_or("");
  if (!contents.empty()) refuse("a backup is to be restored there, and it isn't empty: " + contents);
}

}  // namespace tidemark::engine::audit
