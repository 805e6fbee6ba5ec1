#include "engine/runbook/database_contents.h"

#include <set>

#include "journal/chain.h"

namespace tidemark::engine::runbook {
namespace {

constexpr const char* kOurs = " n.nspname NOT IN ('pg_catalog', 'information_schema', 'tidemark') AND n.nspname !~ '^pg_(toast|temp|toast_temp)'";
constexpr const char* kNoExtension = " NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

}  // namespace

RowCounts count_rows(Session& session) {
  const auto tables = session.query(std::string("SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                                " WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND") + kOurs + " AND" + kNoExtension);
  RowCounts counts;
  for (const auto& row : tables) {
    const auto& table = row.at(0).value();
    counts[table] = std::stoull(session.query("SELECT pg_catalog.count(*) FROM ONLY " + table).at(0).at(0).value());
  }
  return counts;
}

Digest shape_of(Session& session) {
  const std::string from = std::string(" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace");
  const std::string where = std::string(" WHERE") + kOurs + " AND" + kNoExtension;
  const std::string name = "pg_catalog.format('%I.%I', n.nspname, c.relname)";
  const auto rows = session.query(
      "SELECT line FROM (SELECT pg_catalog.concat_ws(' ', 'column', c.relkind, " + name + ", pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated) AS line" + from +
      " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped" + where + " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'constraint', " + name + ", pg_catalog.quote_ident(k.conname), k.contype, k.condeferrable, k.condeferred, k.convalidated)" + from +
      " JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid" + where +
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'index', " + name + ", pg_catalog.quote_ident(x.relname), i.indisunique, i.indisvalid, i.indnatts)" + from +
      " JOIN pg_catalog.pg_index i ON i.indrelid = c.oid JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid" + where +
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'trigger', " + name + ", pg_catalog.quote_ident(g.tgname), g.tgenabled)" + from +
      " JOIN pg_catalog.pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal" + where +
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'sequence', " + name + ")" + from + where + " AND c.relkind = 'S'"
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'label', pg_catalog.format('%I.%I', n.nspname, t.typname), pg_catalog.quote_literal(e.enumlabel)) FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid"
      " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE" + kOurs +
      " UNION ALL SELECT pg_catalog.concat_ws(' ', 'function', pg_catalog.format('%I.%I', n.nspname, p.proname), pg_catalog.pg_get_function_identity_arguments(p.oid)) FROM pg_catalog.pg_proc p"
      " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE" + kOurs +
      " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) l ORDER BY line COLLATE \"C\"");
  std::string text;
  for (const auto& row : rows) text += row.at(0).value() + "\n";
  return journal::sha256(text);
}

std::vector<std::string> differences(const RowCounts& one, const RowCounts& other) {
  std::set<std::string> tables;
  for (const auto* counts : {&one, &other}) {
    for (const auto& [table, rows] : *counts) tables.insert(table);
  }
  const auto said = [](const RowCounts& counts, const std::string& table) {
    const auto found = counts.find(table);
    return found == counts.end() ? std::string("none") : std::to_string(found->second);
  };
  std::vector<std::string> list;
  for (const auto& table : tables) {
    if (said(one, table) != said(other, table)) list.push_back(table + ": " + said(one, table) + " in the one, " + said(other, table) + " in the other");
  }
  return list;
}

}  // namespace tidemark::engine::runbook
