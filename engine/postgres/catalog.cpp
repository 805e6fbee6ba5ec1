#include <algorithm>

#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

// One row per column. A domain counts by its base type's limit, and always as one that may change a value.
constexpr const char* kColumns = R"sql(
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '',
  CASE WHEN coalesce(b.oid, t.oid) IN ('varchar'::regtype, 'bpchar'::regtype)
    THEN greatest(CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END - 4, 0) ELSE 0 END,
  a.attgenerated <> '' OR NOT (t.typtype = 'e' OR t.oid IN ('uuid'::regtype, 'text'::regtype, 'varchar'::regtype, 'boolean'::regtype,
    'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    OR (t.oid = 'timestamp'::regtype AND (a.atttypmod = -1 OR a.atttypmod >= 3))),
  a.attnum, CASE WHEN t.typtype = 'e' THEN t.oid WHEN b.typtype = 'e' THEN b.oid END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)sql";

// The primary key, else the unique index over not-null columns that is the narrowest and oldest.
constexpr const char* kKey = R"sql(
SELECT k.attnum FROM (
  SELECT i.indexrelid, i.indkey, i.indnkeyatts FROM pg_index i
  WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
    AND NOT EXISTS (SELECT FROM unnest(i.indkey) WITH ORDINALITY k(attnum, no) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE k.no <= i.indnkeyatts AND NOT a.attnotnull)
  ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) i
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, no) WHERE k.no <= i.indnkeyatts ORDER BY k.no)sql";

// User triggers that fire on INSERT (4) or UPDATE (16), rules; partitions may have triggers of their own.
constexpr const char* kMeddlers = R"sql(
SELECT c.relkind <> 'r'
  OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 20 <> 0)
  OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1')
FROM pg_class c WHERE c.oid = $1)sql";

constexpr const char* kLabels = "SELECT e.enumtypid, e.enumlabel FROM pg_enum e WHERE e.enumtypid = ANY ($1::oid[]) ORDER BY e.enumtypid, e.enumsortorder";

}  // namespace

std::optional<std::string> PostgresSession::schema_of(const std::string& table) {
  const Snapshot snapshot(*this);
  const auto pinned = text(wire_.exec("SELECT pg_catalog.current_setting('search_path')")[0][0]);
  wire_.exec("SELECT pg_catalog.set_config('search_path', $1, true)", {own_path_});
  const auto found = wire_.exec(
      "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
      " WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)",
      {table});
  wire_.exec("SELECT pg_catalog.set_config('search_path', $1, true)", {pinned});
  if (found.empty()) return std::nullopt;
  return text(found[0][0]);
}

std::optional<TableFacts> PostgresSession::describe(const std::string& schema, const std::string& table) {
  const Snapshot snapshot(*this);
  const auto relation = wire_.exec(
      "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f')",
      {schema, table});
  if (relation.empty()) return std::nullopt;
  const Row oid{text(relation[0][0])};

  TableFacts facts;
  facts.shape.schema = schema;
  facts.shape.name = table;
  facts.changes_rows = truth(wire_.exec(kMeddlers, oid)[0][0]);
  std::vector<std::int64_t> numbers;
  Keys enums;  // per column; empty: not one
  for (const auto& row : wire_.exec(kColumns, oid)) {
    facts.shape.columns.push_back({text(row[0]), text(row[1])});
    facts.columns.push_back({truth(row[2]), truth(row[3]), truth(row[4]), static_cast<int>(number(row[5])), {}});
    facts.changes_rows = facts.changes_rows || truth(row[6]);
    numbers.push_back(number(row[7]));
    enums.push_back(text(row[8]));
  }
  for (const auto& row : wire_.exec(kKey, oid)) {
    const auto at = std::find(numbers.begin(), numbers.end(), number(row[0]));
    facts.shape.key.push_back(static_cast<std::uint32_t>(at - numbers.begin()));
  }
  Keys wanted;
  std::copy_if(enums.begin(), enums.end(), std::back_inserter(wanted), [](const auto& type) { return !type.empty(); });
  if (!wanted.empty()) {
    for (const auto& row : wire_.exec(kLabels, {array_literal(wanted)})) {
      for (std::size_t i = 0; i < enums.size(); ++i) {
        if (enums[i] == text(row[0])) facts.columns[i].enum_labels.push_back(text(row[1]));
      }
    }
  }
  return facts;
}

}  // namespace tidemark::engine::postgres
