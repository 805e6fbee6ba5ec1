#include "engine/schema/losses.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "engine/schema/quote.h"

namespace tidemark::engine::schema {
namespace {

struct Column {
  std::string name;
  bool generated = false;
};
struct Table {
  std::string schema, name;
  std::map<std::string, Column> columns;  ///< by attnum, which no other column of the table ever gets
};
using Tables = std::map<std::string, Table>;  ///< by oid, which survives renaming

/// Tables of people's own. Ours is left out: a script that drops it makes the unit fail by itself.
Tables snapshot(Session& session) {
  Tables tables;
  for (auto& row : session.query(
           "SELECT c.oid, n.nspname, c.relname, a.attnum, a.attname, a.attgenerated <> '' "
           "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
           "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
           "WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tidemark')")) {
    auto& table = tables[row[0].value_or("")];
    table.schema = row[1].value_or("");
    table.name = row[2].value_or("");
    if (row[3]) table.columns[*row[3]] = {row[4].value_or(""), row[5] == "t"};
  }
  return tables;
}

/// Tables that are gone, and those of which columns are (then with these alone).
struct Vanished {
  Tables tables, columns;
};
Vanished difference(const Tables& before, const Tables& after) {
  Vanished vanished;
  for (const auto& [oid, table] : before) {
    const auto still = after.find(oid);
    if (still == after.end()) {
      vanished.tables.emplace(oid, table);
      continue;
    }
    Table gone{table.schema, table.name, {}};
    for (const auto& [number, column] : table.columns) {
      if (!column.generated && !still->second.columns.contains(number)) gone.columns.emplace(number, column);
    }
    if (!gone.columns.empty()) vanished.columns.emplace(oid, std::move(gone));
  }
  return vanished;
}

std::string sql_name(const Table& table) { return quoted(table.schema) + "." + quoted(table.name); }

std::uint64_t number(const Rows& rows) { return std::strtoull(rows.at(0).at(0).value_or("0").c_str(), nullptr, 10); }

}  // namespace

std::vector<Loss> losses_of(Session& session, const std::string& script, const Pins& pins) {
  const auto before = snapshot(session);
  session.query("SAVEPOINT tidemark_look");
  session.run_script(script);
  session.set_pins(pins);
  const auto vanished = difference(before, snapshot(session));
  session.query("ROLLBACK TO SAVEPOINT tidemark_look");  // which gives back the locks that the script took
  session.query("RELEASE SAVEPOINT tidemark_look");
  session.set_pins(pins);

  std::set<std::string> locked;
  for (const auto* tables : {&vanished.tables, &vanished.columns}) {
    for (const auto& [oid, table] : *tables) locked.insert(sql_name(table));
  }
  std::string list;
  for (const auto& name : locked) list += (list.empty() ? "" : ", ") + name;
  if (!list.empty()) session.query("LOCK TABLE " + list + " IN ACCESS EXCLUSIVE MODE");

  std::vector<Loss> losses;
  for (const auto& [oid, table] : vanished.tables) {
    const auto rows = number(session.query("SELECT pg_catalog.count(*) FROM " + sql_name(table)));
    if (rows > 0) losses.push_back({"table " + table.schema + "." + table.name, rows});
  }
  for (const auto& [oid, table] : vanished.columns) {
    for (const auto& [attnum, column] : table.columns) {
      // A value whose type is a row of NULLs is NULL by IS NULL, but count() tells it from none.
      const auto rows = number(session.query("SELECT pg_catalog.count(" + quoted(column.name) + ") FROM " + sql_name(table)));
      if (rows > 0) losses.push_back({"column " + table.schema + "." + table.name + "." + column.name, rows});
    }
  }
  std::sort(losses.begin(), losses.end(), [](const auto& a, const auto& b) { return a.object < b.object; });
  return losses;
}

}  // namespace tidemark::engine::schema
