#include "engine/postgres/table_count.h"

#include <charconv>

#include "engine/postgres/quote.h"

namespace tidemark::engine::postgres {

TableCount count_or_estimate(Session& session, const std::string& schema, const std::string& table, std::uint64_t exact_below) {
  const auto plan = session.query("EXPLAIN (FORMAT JSON) SELECT FROM " + qualified(schema, table)).at(0).at(0).value_or("");
  constexpr std::string_view kRows = "\"Plan Rows\": ";
  std::uint64_t rows = 0;
  const auto at = plan.find(kRows);
  if (at == std::string::npos) return {session.count(schema, table), false};
  std::from_chars(plan.data() + at + kRows.size(), plan.data() + plan.size(), rows);
  if (rows < exact_below) return {session.count(schema, table), false};
  return {rows, true};
}

}  // namespace tidemark::engine::postgres
