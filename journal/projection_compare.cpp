/// Are the file's projections what the fold made of the events?

#include <SQLiteCpp/Column.h>

#include "journal/layout.h"
#include "journal/projection.h"

namespace tidemark::journal {

namespace {

/// A row for people: values as SQL literals.
std::string print_row(SQLite::Statement& row) {
  std::string out;
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column value = row.getColumn(i);
    out += i ? ", " : "(";
    if (value.isBlob())
      out += "x'" + hex(static_cast<const std::uint8_t*>(value.getBlob()), static_cast<std::size_t>(value.getBytes())) +
             "'";
    else if (value.isText())
      out += "'" + value.getString() + "'";
    else
      out += value.isNull() ? "NULL" : value.getString();
  }
  return out + ")";
}

/// The first row of `a`'s table that `b`'s doesn't have.
std::optional<std::string> only_in(SQLite::Database& db, const std::string& table, const char* a, const char* b) {
  SQLite::Statement row(
      db, std::string("SELECT * FROM ") + a + "." + table + " EXCEPT SELECT * FROM " + b + "." + table + " LIMIT 1");
  if (!row.executeStep()) return std::nullopt;
  return print_row(row);
}

}  // namespace

std::string compare_projections(SQLite::Database& db) {
  for (const Projected& table : projected_tables()) {
    const auto missing = only_in(db, table.name, "temp", "main"), extra = only_in(db, table.name, "main", "temp");
    // EXCEPT sees sets: a row twice, which only a damaged file can have, is a matter of number.
    const std::string counts =
        std::string("(SELECT count(*) FROM temp.") + table.name + ") = (SELECT count(*) FROM main." + table.name + ")";
    if (!missing && !extra && db.execAndGet("SELECT " + counts).getInt() == 1) continue;
    return std::string("table ") + table.name + ": the events give " + missing.value_or("no such row") +
           ", the file has " + extra.value_or("no such row");
  }
  return {};
}

}  // namespace tidemark::journal
