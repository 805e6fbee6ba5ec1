#include "engine/audit/parentless.h"

namespace tidemark::engine::audit {
namespace {

// The server writes the statements itself, so that it quotes every name. A partition's copies of a constraint belong to its parent's.
constexpr const char* kStatements = R"sql(
SELECT pg_catalog.format('SELECT t.%1$I::text FROM %2$s AS t WHERE %3$s AND NOT EXISTS (SELECT FROM %4$s AS r WHERE %5$s) LIMIT %6$s', $3::text, o.conrelid::pg_catalog.regclass,
    pg_catalog.string_agg(pg_catalog.format('t.%I IS NOT NULL', a.attname), ' AND '), o.confrelid::pg_catalog.regclass,
    pg_catalog.string_agg(pg_catalog.format('r.%I = t.%I', f.attname, a.attname), ' AND '), $4::text),
  pg_catalog.string_agg(a.attname, ', ' ORDER BY k.no) || ' refers to no row of ' || r.relname
FROM pg_catalog.pg_constraint AS o JOIN pg_catalog.pg_class AS r ON r.oid = o.confrelid
CROSS JOIN LATERAL pg_catalog.generate_subscripts(o.conkey, 1) AS k(no)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[k.no]
JOIN pg_catalog.pg_attribute AS f ON f.attrelid = o.confrelid AND f.attnum = o.confkey[k.no]
WHERE o.conrelid = pg_catalog.format('%I.%I', $1::text, $2::text)::pg_catalog.regclass AND o.contype = 'f' AND o.conparentid = 0
  AND pg_catalog.has_table_privilege(o.confrelid, 'SELECT')
GROUP BY o.oid, o.conrelid, o.confrelid, r.relname ORDER BY o.oid)sql";

}  // namespace

std::map<std::string, std::string> parentless_rows(Session& session, const TableShape& table, const std::string& id_column) {
  std::map<std::string, std::string> found;
  for (const auto& statement : session.query(kStatements, {table.schema, table.name, id_column, std::to_string(kMostParentless)})) {
    for (const auto& row : session.query(statement[0].value_or(""))) found.emplace(row[0].value_or(""), statement[1].value_or(""));
  }
  return found;
}

}  // namespace tidemark::engine::audit
