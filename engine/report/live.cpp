#include "engine/report/live.h"

#include <charconv>

#include "engine/postgres/quote.h"

namespace tidemark::engine::report {
namespace {

std::uint64_t number_of(const Value& text) {
  std::uint64_t n = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), n);
  return n;
}

/// The column that ties a row to its subject (by_subject) or to the subject's owner.
std::string tie(const conversion::Tables& tables, bool by_subject) {
  for (const auto& [column, source] : tables.match) {
    if ((source < 0) == by_subject) return column;
  }
  return "";
}

}  // namespace

AppendixC appendix_c(Session& session, const conversion::Conversion& conversion) {
  using postgres::quoted_name;
  AppendixC out;
  if (const auto place = session.schema_of("_prisma_migrations")) {
    for (const auto& row : session.query("SELECT migration_name, finished_at::text, rolled_back_at::text FROM " + quoted_name(*place) +
                                         "._prisma_migrations ORDER BY finished_at DESC LIMIT 5")) {
      out.migrations.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or("")});
    }
  }
  const auto& tables = conversion.tables();
  const auto place = session.schema_of(tables.target);
  if (!place) return out;
  const auto table = postgres::qualified(*place, tables.target);
  const auto subject = quoted_name(tie(tables, true)), owner = quoted_name(tie(tables, false).empty() ? tie(tables, true) : tie(tables, false));
  // Appendix C's own form answers a row a profile: (n, 1). What it means is this.
  for (const auto& row : session.query("SELECT n, count(*) FROM (SELECT count(*) AS n FROM " + table + " GROUP BY " + subject + ") AS one GROUP BY n ORDER BY n")) {
    out.by_count.emplace_back(number_of(row[0]), number_of(row[1]));
  }
  for (const auto& row : session.query("SELECT " + owner + "::text, count(*) FROM " + table + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10")) {
    out.top.emplace_back(row[0].value_or(""), number_of(row[1]));
  }
  if (!tables.category.empty()) {
    const auto category = quoted_name(tables.category);
    for (const auto& row : session.query("SELECT " + category + "::text, count(*) FROM " + table + " GROUP BY 1 ORDER BY 2 DESC, 1")) {
      out.by_category.emplace_back(row[0].value_or(""), number_of(row[1]));
    }
  }
  return out;
}

Live ask(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const std::vector<schema::MigrationFolder>& folders, journal::UtcMicros now) {
  Live live;
  live.at = now;
  live.schema = schema::status(session, folders, &journal);
  live.numbers = appendix_c(session, conversion);
  const auto& tables = conversion.tables();
  if (session.schema_of(tables.target) && session.schema_of(tables.source)) live.checks = audit::post_conditions(session, journal, conversion);
  return live;
}

}  // namespace tidemark::engine::report
