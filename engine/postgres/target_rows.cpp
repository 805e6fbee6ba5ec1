#include <algorithm>
#include <unordered_map>

#include "engine/postgres/by_key.h"
#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

constexpr std::size_t kWorthAsking = 50;  ///< rows, for which the types are looked up

}  // namespace

std::uint64_t PostgresSession::count(const std::string& schema, const std::string& table) {
  const Snapshot snapshot(*this);
  return static_cast<std::uint64_t>(number(wire_.exec("SELECT count(*) FROM " + qualified(schema, table))[0][0]));
}

Rows PostgresSession::rows_of(const std::string& sql, const Row& parameters, bool binary) {
  Rows rows;
  wire_.exec_each(sql, parameters, [&](const Wire::Fields& fields) {
    auto& row = rows.emplace_back();
    row.reserve(static_cast<std::size_t>(fields.size()));
    for (int i = 0; i < fields.size(); ++i) row.push_back(fields.value(i));
  }, binary);
  return rows;
}

// On a table without statistics the planner reads all of it for each chunk, until it has grown enough to be noticed.
Rows PostgresSession::rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) {
  const Snapshot snapshot(*this);
  if (!by_index_) wire_.exec("SET LOCAL enable_seqscan = off; SET LOCAL jit = off");
  const auto type = std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& c) { return c.name == column; });
  auto array = key_array(type == table.columns.end() ? "" : type->type, values);
  const auto rows = rows_of("SELECT " + columns_as_text(columns) + from(table) + "WHERE t." + quoted_name(column) + " = ANY ($1)", {std::move(array.parameter)}, array.binary);
  if (!by_index_) wire_.exec("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT");
  return rows;
}

// The types are looked up under the lock that keeps them: bytes meant for another type could be taken for a value of it.
std::optional<std::vector<BinaryForm>> PostgresSession::binary_forms(const TableShape& table, const std::vector<std::string>& columns) {
  wire_.exec("SELECT FROM " + qualified(table.schema, table.name) + " LIMIT 0");
  std::unordered_map<std::string, BinaryForm> known;
  for (const auto& column : wire_.exec("SELECT a.attname, a.atttypid::pg_catalog.int8, t.typtype FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
                                       " WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped",
                                       {qualified(table.schema, table.name)})) {
    if (const auto form = binary_form(static_cast<std::uint32_t>(number(column[1])), text(column[2]).at(0))) known.emplace(text(column[0]), *form);
  }
  std::vector<BinaryForm> forms;
  for (const auto& name : columns) {
    const auto found = known.find(name);
    if (found == known.end()) return std::nullopt;
    forms.push_back(found->second);
  }
  return forms;
}

void PostgresSession::insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) {
  if (rows.empty()) return;
  const auto names = columns.empty() ? column_names(table) : columns;
  for (const auto* row : rows) {
    if (row->size() != names.size()) throw std::logic_error("a row for " + table.name + " has not the columns that are written");
  }
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + quoted_name(name);
  const std::string copy = "COPY " + qualified(table.schema, table.name) + " (" + list + ") FROM STDIN ";
  std::string data;  // complete before COPY starts: a client that stops inside COPY is ended by no time-out
  if (const auto forms = rows.size() >= kWorthAsking ? binary_forms(table, names) : std::nullopt) {
    data = kBinaryCopyHead;
    if (std::all_of(rows.begin(), rows.end(), [&](const Row* row) { return append_binary_row(data, *forms, *row); })) {
      data += kBinaryCopyEnd;
      return wire_.copy_in(copy + "(FORMAT binary)", data);
    }
    data.clear();
  }
  for (const auto* row : rows) append_copy_line(data, *row);
  wire_.copy_in(copy + "(FORMAT text, ENCODING 'UTF8')", data);
}

Rows PostgresSession::lock_rows(const TableShape& table, const Rows& keys) {
  if (keys.empty()) return {};
  look_up_by_index();
  const auto sought = by_key(table, keys);
  return rows_of("SELECT " + columns_as_text(column_names(table)) + from(table) + "WHERE " + sought.where + " ORDER BY " + sought.order + " FOR UPDATE OF t SKIP LOCKED",
                 sought.parameters, sought.binary);
}

Rows PostgresSession::rows_at(const TableShape& table, const Rows& keys) {
  if (keys.empty()) return {};
  const Snapshot snapshot(*this);
  look_up_by_index();
  const auto sought = by_key(table, keys);
  return rows_of("SELECT " + columns_as_text(column_names(table)) + from(table) + "WHERE " + sought.where, sought.parameters, sought.binary);
}

std::uint64_t PostgresSession::remove_rows(const TableShape& table, const Rows& keys) {
  if (keys.empty()) return 0;
  look_up_by_index();
  const auto sought = by_key(table, keys);
  std::uint64_t removed = 0;
  wire_.exec_each("DELETE" + from(table) + "WHERE " + sought.where + " RETURNING 1", sought.parameters, [&](const Wire::Fields&) { ++removed; }, sought.binary);
  return removed;
}

// The cast is to the bare type and the column takes that by assignment: too long a text is refused, where a cast to the column's own
// type would cut it.
std::uint64_t PostgresSession::update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) {
  if (table.key.empty() || columns.empty() || keys.size() != values.size()) throw std::logic_error("an update of " + table.name + " needs a key, columns, and values for each row");
  if (keys.empty()) return 0;
  look_up_by_index();
  Row parameters;
  std::string arrays, names, set, where;
  const auto add = [&](const std::string& name, const Rows& rows, std::size_t at) {
    std::string array = "{";
    for (const auto& row : rows) append_element(array, row.at(at));
    parameters.push_back(array + "}");
    arrays += (arrays.empty() ? "$" : ", $") + std::to_string(parameters.size()) + "::text[]";
    names += (names.empty() ? "" : ", ") + name;
  };
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    const auto& column = table.columns.at(table.key[i]);
    const std::string name = "k" + std::to_string(i);
    add(name, keys, i);
    where += (where.empty() ? "t." : " AND t.") + quoted_name(column.name) + " = v." + name + "::" + bare_type(column.type);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = table.columns.at(columns[i]);
    const std::string name = "c" + std::to_string(i);
    add(name, values, i);
    set += (set.empty() ? "" : ", ") + quoted_name(column.name) + " = v." + name + "::" + bare_type(column.type);
  }
  return wire_.exec("UPDATE " + qualified(table.schema, table.name) + " AS t SET " + set + " FROM unnest(" + arrays + ") AS v(" + names + ") WHERE " + where, parameters)
      .affected_rows();
}

}  // namespace tidemark::engine::postgres
