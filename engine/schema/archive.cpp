#include "engine/schema/archive.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "engine/postgres/quote.h"
#include "engine/schema/live_columns.h"

namespace tidemark::engine::schema {
namespace {

constexpr std::size_t kFirstFetch = 64;  // rows whose size isn't known yet

std::uint64_t number(const Rows& rows) { return std::strtoull(rows.at(0).at(0).value_or("0").c_str(), nullptr, 10); }

std::size_t bytes_of(const Rows& rows) {
  std::size_t bytes = 0;
  for (const auto& row : rows) {
    for (const auto& value : row) bytes += value ? value->size() : 0;
  }
  return bytes;
}

/// One thing to read: which columns of which rows.
struct Piece {
  std::string what, object, table, where;  ///< where: of the rows that hold something; empty: all
  std::vector<std::string> columns;
  std::uint32_t keys = 0;
};

std::string joined(const std::vector<std::string>& list, const std::string& suffix = {}) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + item + suffix;
  return out;
}

Piece with_key(Session& session, const std::string& what, const std::string& object, const std::string& table, const std::string& column, const std::vector<std::string>& without) {
  Piece piece{what, object, table, {}, {}, 0};
  for (const auto& each : live_columns(session, table, without)) {
    if (!each.key) continue;
    piece.columns.push_back(each.name);
    ++piece.keys;
  }
  piece.columns.push_back(column);
  return piece;
}

std::vector<Piece> pieces_of(Session& session, const Vanished& vanished) {
  std::vector<Piece> pieces;
  std::map<std::string, std::vector<std::string>> going;
  for (const auto& column : vanished.columns) going[column.parent].push_back(column.name);
  for (const auto& table : vanished.tables) {
    Piece piece{"table", table.identity, table.identity, {}, {}, 0};
    std::vector<std::string> rest;
    for (const auto& column : live_columns(session, table.identity)) {
      if (column.computed) continue;
      if (column.key) {
        piece.columns.push_back(column.name);
        ++piece.keys;
      } else {
        rest.push_back(column.name);
      }
    }
    piece.columns.insert(piece.columns.end(), rest.begin(), rest.end());
    if (!piece.columns.empty()) pieces.push_back(std::move(piece));
  }
  for (const auto& column : vanished.columns) {
    auto piece = with_key(session, "column", column.identity, column.parent, column.name, going[column.parent]);
    piece.where = column.name + " IS DISTINCT FROM NULL";  // IS NOT NULL takes a row of NULLs for none
    pieces.push_back(std::move(piece));
  }
  std::map<std::string, std::vector<std::string>> labels;
  for (const auto& label : vanished.labels) labels[label.parent].push_back(label.name);
  for (const auto& [type, gone] : labels) {
    for (auto& row : session.query("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(a.attname), a.atttypid <> $1::regtype "
                                   "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                                   "WHERE a.atttypid IN ($1::regtype, (SELECT typarray FROM pg_type WHERE oid = $1::regtype)) AND c.relkind = 'r' AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY 1, 2",
                                   {type})) {
      const auto table = row[0].value_or(""), name = row[1].value_or("");
      auto piece = with_key(session, "label", table + "." + name, table, name, going[table]);
      piece.where = row[2] == "t" ? name + "::text[] && ARRAY[" + joined(gone) + "]::text[]" : name + "::text IN (" + joined(gone) + ")";
      pieces.push_back(std::move(piece));
    }
  }
  return pieces;
}

std::string from(const Piece& piece) { return " FROM ONLY " + piece.table + (piece.where.empty() ? "" : " WHERE " + piece.where); }

void lock(Session& session, const std::vector<Piece>& pieces) {
  std::set<std::string> tables;
  for (const auto& piece : pieces) tables.insert(piece.table);
  if (!tables.empty()) session.query("LOCK TABLE " + joined({tables.begin(), tables.end()}) + " IN ACCESS EXCLUSIVE MODE");
}

/// Those of tables and columns that go.
void archive_sequences(Unit& unit, const std::string& migration, const Vanished& vanished) {
  std::vector<std::string> owners;
  for (const auto& table : vanished.tables) owners.push_back(table.identity);
  for (const auto& column : vanished.columns) owners.push_back(column.identity);
  for (auto& row : unit.session.query(
           "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace "
           "JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace "
           "WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND "
           "(quote_ident(tn.nspname) || '.' || quote_ident(t.relname) = ANY ($1::text[]) OR quote_ident(tn.nspname) || '.' || quote_ident(t.relname) || '.' || quote_ident(a.attname) = ANY ($1::text[])) ORDER BY 1",
           {postgres::array_literal(owners)})) {
    const auto name = row[0].value_or("");
    const auto values = unit.session.query("SELECT last_value::text, is_called::text FROM " + name);
    unit.record({journal::draft(journal::RowsArchived{migration, "sequence", name, "", {"last_value", "is_called"}, 0, values}, unit.id)});
  }
}

}  // namespace

std::vector<Archived> holding(Session& session, const Vanished& vanished) {
  const auto pieces = pieces_of(session, vanished);
  std::vector<Archived> list;
  for (const auto& piece : pieces) {
    const auto rows = number(session.query("SELECT pg_catalog.count(*)" + from(piece)));
    if (rows > 0) list.push_back({(piece.what == "label" ? "labels in column " : piece.what + " ") + piece.object, rows});
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.object < b.object; });
  return list;
}

std::vector<Archived> archive(Unit& unit, const std::string& migration, const Vanished& vanished) {
  const auto pieces = pieces_of(unit.session, vanished);
  lock(unit.session, pieces);
  std::vector<Archived> list;
  for (const auto& piece : pieces) {
    Archived done{(piece.what == "label" ? "labels in column " : piece.what + " ") + piece.object, 0};
    unit.session.query("DECLARE tidemark_archive NO SCROLL CURSOR FOR SELECT " + joined(piece.columns, "::pg_catalog.text") + from(piece));
    for (auto fetch = kFirstFetch;;) {
      auto rows = unit.session.query("FETCH " + std::to_string(fetch) + " FROM tidemark_archive");
      if (rows.empty()) break;
      fetch = std::clamp(kArchiveBytes / std::max<std::size_t>(bytes_of(rows) / rows.size(), 1), std::size_t{1}, kArchiveRows);
      if (piece.keys == 0 && piece.what != "table") {
        throw Failure(ExitCode::failed, "archiving what would be dropped", piece.object, "its table has no primary key, so its values could not be put back", "Nothing was changed.",
                      "give " + piece.table + " a primary key, or empty the column");
      }
      done.rows += rows.size();
      unit.record({journal::draft(journal::RowsArchived{migration, piece.what, piece.object, piece.table, piece.columns, piece.keys, std::move(rows)}, unit.id)});
    }
    unit.session.query("CLOSE tidemark_archive");
    if (done.rows > 0) list.push_back(std::move(done));
  }
  archive_sequences(unit, migration, vanished);
  return list;
}

}  // namespace tidemark::engine::schema
