#include "engine/schema/orphans.h"

#include <map>

#include "engine/postgres/quote.h"
#include "engine/schema/prisma_history.h"

namespace tidemark::engine::schema {

std::vector<Orphan> find_orphans(Session& session, const Uuid& journal, const std::string& table, const std::function<bool(const Receipt&)>& known) {
  std::vector<Orphan> orphans;
  session.for_each_receipt(journal, [&](const Receipt& receipt) {
    if (receipt.committed && !known(receipt)) orphans.push_back({receipt, 0, {}});
  });
  if (orphans.empty()) return orphans;
  const auto schema = session.schema_of(table);
  const auto history = read_history(session);
  std::map<std::string, std::string> rows, migrations;
  session.begin_reading();
  if (schema) {
    // A receipt is inserted and completed in its unit's transaction: its own xmin is that transaction.
    for (const auto& row : session.query("SELECT r.unit::text, t.n::text FROM (SELECT xmin::text AS x, count(*) AS n FROM " + postgres::qualified(*schema, table) +
                                         " GROUP BY 1) t JOIN tidemark.receipt r ON r.xmin::text = t.x WHERE r.journal = $1", {to_string(journal)})) {
      rows[row.at(0).value_or("")] = row.at(1).value_or("0");
    }
  }
  if (history.exists()) {
    for (const auto& row : session.query("SELECT r.unit::text, string_agg(m.migration_name, ', ' ORDER BY m.migration_name) FROM " + postgres::quoted_name(history.schema) +
                                         "._prisma_migrations m JOIN tidemark.receipt r ON r.xmin = m.xmin WHERE r.journal = $1 GROUP BY 1", {to_string(journal)})) {
      migrations[row.at(0).value_or("")] = row.at(1).value_or("");
    }
  }
  session.rollback();
  for (auto& orphan : orphans) {
    const auto unit = std::to_string(static_cast<std::int64_t>(orphan.receipt.unit.value));
    if (const auto found = rows.find(unit); found != rows.end()) orphan.rows = std::stoull(found->second);
    if (const auto found = migrations.find(unit); found != migrations.end()) orphan.migration = found->second;
  }
  return orphans;
}

}  // namespace tidemark::engine::schema
