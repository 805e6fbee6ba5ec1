#include "engine/conversion/referrers.h"

#include <algorithm>
#include <map>
#include <set>

namespace tidemark::engine::conversion {
namespace {

// A partition's copies of a constraint belong to its parent's.
constexpr const char* kReferences = R"sql(
SELECT con.oid, con.conname, n.nspname, c.relname, con.confdeltype, con.confupdtype, a.attname, f.attname
FROM pg_catalog.pg_constraint con
JOIN pg_catalog.pg_class c ON c.oid = con.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = con.confrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
CROSS JOIN LATERAL pg_catalog.generate_subscripts(con.conkey, 1) AS k(no)
JOIN pg_catalog.pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[k.no]
JOIN pg_catalog.pg_attribute f ON f.attrelid = con.confrelid AND f.attnum = con.confkey[k.no]
WHERE con.contype = 'f' AND con.conparentid = 0 AND tn.nspname = $1 AND t.relname = $2 ORDER BY con.oid, k.no)sql";

std::uint32_t position(const TableShape& shape, const std::string& column) {
  const auto found = std::find_if(shape.columns.begin(), shape.columns.end(), [&](const auto& c) { return c.name == column; });
  if (found == shape.columns.end()) throw TargetError(TargetError::Kind::data, "42703", "there is no column \"" + column + "\" in " + shape.name + " any more");
  return static_cast<std::uint32_t>(found - shape.columns.begin());
}

Row picked(const Row& row, const std::vector<std::uint32_t>& columns) {
  Row out;
  for (const auto at : columns) out.push_back(row.at(at));
  return out;
}

}  // namespace

bool is_referred_to(Session& session, const TableShape& table) {
  // By the referenced side's triggers: pg_constraint has no index by the table that is referred to.
  return !session.query("SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint c ON c.oid = t.tgconstraint"
                        " WHERE t.tgrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', $1::text, $2::text)) AND c.contype = 'f' AND c.confrelid = t.tgrelid LIMIT 1",
                        {table.schema, table.name}).empty();
}

std::vector<Reference> references_to(Session& session, const TableShape& table) {
  std::vector<Reference> references;
  std::string last;
  for (const auto& row : session.query(kReferences, {table.schema, table.name})) {
    const auto word = [&](std::size_t i) { return row.at(i).value_or(""); };
    if (word(0) != last) references.push_back({word(1), word(2), word(3), word(4).at(0), word(5).at(0), {}, {}});
    last = word(0);
    references.back().columns.push_back(word(6));
    references.back().referred.push_back(word(7));
  }
  return references;
}

std::vector<Rows> referring_rows(Session& session, const Reference& reference, const TableShape& referring, const TableShape& table, const Rows& rows) {
  TableShape by_columns = referring;  // looked up by the referring columns as if they were its key
  by_columns.key.clear();
  for (const auto& column : reference.columns) by_columns.key.push_back(position(referring, column));
  std::vector<std::uint32_t> referred;
  for (const auto& column : reference.referred) referred.push_back(position(table, column));
  std::map<Row, std::vector<std::size_t>> whose;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto key = picked(rows[i], referred);
    if (std::all_of(key.begin(), key.end(), [](const auto& value) { return value.has_value(); })) whose[std::move(key)].push_back(i);
  }
  std::vector<Rows> found(rows.size());
  Rows keys;
  for (const auto& [key, _] : whose) keys.push_back(key);
  for (auto& row : session.rows_at(by_columns, keys)) {
    const auto owners = whose.find(picked(row, by_columns.key));
    if (owners == whose.end()) continue;
    for (const auto i : owners->second) found[i].push_back(row);
  }
  return found;
}

}  // namespace tidemark::engine::conversion
