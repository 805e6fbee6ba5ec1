#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

std::string from(const TableShape& table) { return " FROM " + qualified(table.schema, table.name) + " AS t "; }

}  // namespace

std::uint64_t PostgresSession::count(const std::string& schema, const std::string& table) {
  const Snapshot snapshot(*this);
  return static_cast<std::uint64_t>(number(wire_.exec("SELECT count(*) FROM " + qualified(schema, table))[0][0]));
}

// On a table without statistics the planner reads all of it for each chunk, until it has grown enough to be noticed.
Rows PostgresSession::rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) {
  const Snapshot snapshot(*this);
  const std::string set = by_index_ ? "" : "SET LOCAL enable_seqscan = off; ";
  auto result = wire_.exec(set + "SELECT " + columns_as_text(columns) + from(table) + "WHERE t." + quoted(column) + " = ANY (" +
                           wire_.literal(array_literal(values)) + ")");
  if (!by_index_) wire_.exec("SET LOCAL enable_seqscan TO DEFAULT");
  return all_rows(result);
}

void PostgresSession::insert_rows(const TableShape& table, const std::vector<std::string>& columns, const Rows& rows) {
  if (rows.empty()) return;
  const auto names = columns.empty() ? column_names(table) : columns;
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  std::string data;  // complete before COPY starts: a client that stops inside COPY is ended by no time-out
  for (const auto& row : rows) {
    if (row.size() != names.size()) throw std::logic_error("a row for " + table.name + " has not the columns that are written");
    append_copy_line(data, row);
  }
  wire_.copy_in("COPY " + qualified(table.schema, table.name) + " (" + list + ") FROM STDIN (FORMAT text, ENCODING 'UTF8')", data);
}

Rows PostgresSession::lock_rows(const TableShape& table, const Keys& keys) {
  look_up_by_index();
  const std::string key = "t." + quoted(single_key(table));
  return all_rows(wire_.exec("SELECT " + columns_as_text(column_names(table)) + from(table) + "WHERE " + key + " = ANY ($1) ORDER BY " + key +
                                 " FOR UPDATE SKIP LOCKED",
                             {array_literal(keys)}));
}

std::uint64_t PostgresSession::remove_rows(const TableShape& table, const Keys& keys) {
  look_up_by_index();
  return wire_.exec("DELETE" + from(table) + "WHERE t." + quoted(single_key(table)) + " = ANY ($1)", {array_literal(keys)}).affected_rows();
}

// Only what differs is set, so that triggers and generated columns of the others are left alone. A value takes its column's type
// by assignment: too long a text is refused, where a cast would cut it.
std::uint64_t PostgresSession::update_row(const TableShape& table, const Row& before, const Row& after) {
  if (before.size() != table.columns.size() || after.size() != table.columns.size() || table.key.empty()) {
    throw std::logic_error("rows of " + table.name + " must be complete and have a key");
  }
  Row parameters;
  std::string set, where;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    parameters.push_back(after[i]);
    set += (set.empty() ? "" : ", ") + quoted(table.columns[i].name) + " = $" + std::to_string(parameters.size());
  }
  if (set.empty()) return 0;
  for (const auto i : table.key) {
    parameters.push_back(before.at(i));
    where += (where.empty() ? "" : " AND ") + ("t." + quoted(table.columns.at(i).name)) + " = $" + std::to_string(parameters.size());
  }
  return wire_.exec("UPDATE " + qualified(table.schema, table.name) + " AS t SET " + set + " WHERE " + where, parameters).affected_rows();
}

}  // namespace tidemark::engine::postgres
