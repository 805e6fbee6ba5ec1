#include "engine/audit/live_rows.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/postgres/quote.h"
#include "engine/reading.h"

namespace tidemark::engine::audit {

LiveRows::LiveRows(Session& session, const conversion::Conversion& conversion)
    : session_(session), conversion_(conversion), tables_(rollback::live_tables(session, conversion)), binding_(conversion::bind(session, conversion, true)) {
  for (const auto& live : tables_) {
    auto& columns = columns_.emplace_back();
    for (const auto at : live.facts.shape.key) columns.push_back(live.facts.shape.columns[at].name);
  }
  for (const auto& [column, _] : conversion.tables().match) columns_.front().push_back(column);
}

const journal::TableShape& LiveRows::shape(const std::string& table) const {
  std::size_t at = 0;
  while (name(at) != table) ++at;
  return shape(at);
}

Row LiveRows::key_of(std::size_t table, const Row& row) const { return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(shape(table).key.size())}; }

Rows LiveRows::page(std::size_t table, const Row& above, std::size_t limit) const {
  std::string list, key, last;
  for (const auto& column : columns_[table]) list += (list.empty() ? "t." : ", t.") + postgres::quoted_name(column) + "::text";
  const auto& from = shape(table);
  for (std::size_t i = 0; i < from.key.size(); ++i) {
    key += (i == 0 ? "t." : ", t.") + postgres::quoted_name(columns_[table][i]);
    last += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  const Reading reading(session_);
  return session_.query("SELECT " + list + " FROM " + postgres::qualified(from.schema, from.name) + " AS t" + (above.empty() ? "" : " WHERE (" + key + ") > (" + last + ")") +
                            " ORDER BY " + key + " LIMIT " + std::to_string(limit),
                        above);
}

Rows LiveRows::of(const Keys& subjects) const {
  Keys askable;
  std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(askable), [&](const auto& key) { return conversion::can_be_key(binding_.source, key); });
  const Reading reading(session_);
  std::vector<SourceRow> sources;
  if (!askable.empty()) sources = session_.read(binding_.source, askable);
  std::map<std::string, Row> rows;
  for (const auto& [column, at] : conversion_.tables().match) {
    Keys values = at < 0 ? askable : Keys{};
    for (const auto& source : sources) {
      if (at >= 0 && source.columns.at(static_cast<std::size_t>(at))) values.push_back(*source.columns[static_cast<std::size_t>(at)]);
    }
    if (values.empty()) continue;
    for (auto& row : session_.rows_where(shape(0), columns_.front(), column, values)) {
      auto id = row.front().value_or("");
      rows.emplace(std::move(id), std::move(row));
    }
  }
  Rows out;
  for (auto& [_, row] : rows) out.push_back(std::move(row));
  return out;
}

std::vector<Keys> LiveRows::owners(std::size_t table_at, const Rows& rows) const {
  std::vector<Keys> out(rows.size());
  if (table_at != 0) return out;
  const auto& match = conversion_.tables().match;
  const auto keys = shape(0).key.size();
  const auto& source = binding_.source;
  // Named directly first: that one is shown.
  for (std::size_t m = 0; m < match.size(); ++m) {
    if (match[m].second >= 0) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (const auto& value = rows[i][keys + m]) out[i].push_back(*value);
    }
  }
  for (std::size_t m = 0; m < match.size(); ++m) {
    if (match[m].second < 0) continue;
    const auto& column = source.columns.at(static_cast<std::size_t>(match[m].second));
    std::set<std::string> values;
    for (const auto& row : rows) {
      if (row[keys + m]) values.insert(*row[keys + m]);
    }
    if (values.empty()) continue;
    journal::TableShape table;
    table.schema = source.schema;
    table.name = source.table;
    std::multimap<std::string, std::string> subjects;
    const Reading reading(session_);
    for (const auto& row : session_.rows_where(table, {source.key, column}, column, {values.begin(), values.end()})) {
      subjects.emplace(row[1].value_or(""), row[0].value_or(""));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i][keys + m]) continue;
      const auto [first, last] = subjects.equal_range(*rows[i][keys + m]);
      for (auto at = first; at != last; ++at) {
        if (std::find(out[i].begin(), out[i].end(), at->second) == out[i].end()) out[i].push_back(at->second);
      }
    }
  }
  return out;
}

}  // namespace tidemark::engine::audit
