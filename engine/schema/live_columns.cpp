#include "engine/schema/live_columns.h"

#include "engine/postgres/quote.h"

namespace tidemark::engine::schema {

std::vector<LiveColumn> live_columns(Session& session, const std::string& table, const std::vector<std::string>& without) {
  std::vector<LiveColumn> list;
  for (auto& row : session.query(
           "SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attnum = ANY (k.cols), coalesce(pg_get_expr(d.adbin, d.adrelid), '') "
           "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum LEFT JOIN ("
           "SELECT i.indkey::int2[] AS cols FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL "
           "AND i.indnatts = i.indnkeyatts AND NOT EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = i.indrelid AND n.attnum = ANY (i.indkey) AND (NOT n.attnotnull OR quote_ident(n.attname) = ANY ($2::text[]))) "
           "ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) k ON true "
           "WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
           {table, postgres::array_literal(without)})) {
    list.push_back({row[0].value_or(""), row[1].value_or(""), row[4].value_or(""), row[2] == "t", row[3] == "t"});
  }
  return list;
}

}  // namespace tidemark::engine::schema
