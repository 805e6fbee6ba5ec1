#include "engine/schema/archive.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <variant>

#include "engine/schema/quote.h"

namespace tidemark::engine::schema {
namespace {

struct ColumnKnown {
  std::string name, type, fallback;  ///< fallback: the default's expression
  bool computed = false, key = false;
};

/// @param without  columns that the key must not have: they are about to go
std::vector<ColumnKnown> columns_of(Session& session, const std::string& table, const std::vector<std::string>& without = {}) {
  std::vector<ColumnKnown> list;
  for (auto& row : session.query(
           "SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attnum = ANY (k.cols), coalesce(pg_get_expr(d.adbin, d.adrelid), '') "
           "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum LEFT JOIN ("
           "SELECT i.indkey::int2[] AS cols FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL "
           "AND i.indnatts = i.indnkeyatts AND NOT EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = i.indrelid AND n.attnum = ANY (i.indkey) AND (NOT n.attnotnull OR quote_ident(n.attname) = ANY ($2::text[]))) "
           "ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) k ON true "
           "WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
           {table, array_of(without)})) {
    list.push_back({row[0].value_or(""), row[1].value_or(""), row[4].value_or(""), row[2] == "t", row[3] == "t"});
  }
  return list;
}

std::uint64_t number(const Rows& rows) { return std::strtoull(rows.at(0).at(0).value_or("0").c_str(), nullptr, 10); }

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
  for (const auto& each : columns_of(session, table, without)) {
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
    for (const auto& column : columns_of(session, table.identity)) {
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
           {array_of(owners)})) {
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
    while (true) {
      auto rows = unit.session.query("FETCH " + std::to_string(kArchiveRows) + " FROM tidemark_archive");
      if (rows.empty()) break;
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

std::vector<journal::RowsArchived> archived_by(const journal::Reader& reader, UnitId unit) {
  std::vector<journal::RowsArchived> list;
  journal::Filter filter;
  if (const auto known = reader.unit(unit)) {
    filter.from = known->first;
    filter.to = known->intent;
  }
  filter.kind = journal::RowsArchived::kCode;
  filter.unit = unit;
  reader.for_each(filter, [&](const journal::Record& record) {
    list.push_back(std::get<journal::RowsArchived>(journal::decode(record)));
    return true;
  });
  return list;
}

namespace {

/// While it lives, people's own triggers on the table don't fire.
class Quiet {
 public:
  Quiet(Session& session, std::string table) : session_(session), table_(std::move(table)) {
    for (auto& row : session_.query("SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname", {table_})) {
      names_.push_back(row[0].value_or(""));
      session_.query("ALTER TABLE " + table_ + " DISABLE TRIGGER " + names_.back());
    }
  }
  void end() {
    for (const auto& name : names_) session_.query("ALTER TABLE " + table_ + " ENABLE TRIGGER " + name);
  }

 private:
  Session& session_;
  std::string table_;
  std::vector<std::string> names_;
};

struct Restoring {
  Session& session;
  bool fresh;
  Restored& result;

  std::string key_text(const journal::RowsArchived& piece, const Row& row) const {
    std::string out = piece.table + " {";
    const auto count = piece.keys == 0 ? row.size() : piece.keys;
    for (std::size_t i = 0; i < count; ++i) out += (i ? ", " : "") + row[i].value_or("NULL");
    return out + "}";
  }

  std::map<std::string, ColumnKnown> live(const std::string& table) const {
    std::map<std::string, ColumnKnown> known;
    for (const auto& column : columns_of(session, table)) known[column.name] = column;
    return known;
  }

  /// All at once; singly where the column is another one by now and doesn't take one of the values.
  void column(const journal::RowsArchived& piece) {
    session.query("SAVEPOINT tidemark_column");
    try {
      column_at_once(piece);
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection || error.kind == TargetError::Kind::lock) throw;
      session.query("ROLLBACK TO SAVEPOINT tidemark_column");
      if (piece.rows.size() == 1) {
        result.conflicts.push_back(key_text(piece, piece.rows[0]) + ": " + error.what());
      } else {
        auto one = piece;
        for (const auto& row : piece.rows) {
          one.rows = {row};
          column(one);
        }
      }
    }
    session.query("RELEASE SAVEPOINT tidemark_column");
  }

  /// Values by key, as one statement.
  void column_at_once(const journal::RowsArchived& piece) {
    const auto known = live(piece.table);
    const auto& name = piece.columns.back();
    if (std::any_of(piece.columns.begin(), piece.columns.end(), [&](const auto& c) { return !known.contains(c); })) {
      for (const auto& row : piece.rows) result.conflicts.push_back(key_text(piece, row) + ": its key or column " + name + " is no longer there");
      return;
    }
    const auto& target = known.at(name);
    std::string lists, match, names;
    Row parameters;
    for (std::size_t i = 0; i < piece.columns.size(); ++i) {
      std::vector<std::string> values;
      for (const auto& row : piece.rows) values.push_back(row[i].value_or(""));
      parameters.push_back(array_of(values));
      lists += (i ? ", $" : "$") + std::to_string(i + 1) + "::pg_catalog.text[]";
      names += ", v" + std::to_string(i);
      if (i < piece.keys) match += (i ? " AND t." : "t.") + piece.columns[i] + " = v.v" + std::to_string(i) + "::" + known.at(piece.columns[i]).type;
    }
    const auto value = "v.v" + std::to_string(piece.columns.size() - 1) + "::" + target.type;
    // What the column was made with is nobody's; anything else was put there since.
    std::string untouched;
    if (!fresh) {
      untouched = " AND (t." + name + " IS NOT DISTINCT FROM " + value +
                  (target.fallback.empty() ? " OR t." + name + " IS NULL)" : " OR t." + name + " IS NULL OR t." + name + "::text = (" + target.fallback + ")::" + target.type + "::text)");
    }
    Quiet quiet(session, piece.table);
    const bool always = !session.query("SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND quote_ident(attname) = $2 AND attidentity = 'a'", {piece.table, name}).empty();
    if (always) session.query("ALTER TABLE " + piece.table + " ALTER COLUMN " + name + " SET GENERATED BY DEFAULT");
    const auto done = session.query("WITH v AS (SELECT * FROM unnest(" + lists + ") WITH ORDINALITY AS u(" + names.substr(2) + ", no)), done AS (UPDATE ONLY " + piece.table + " t SET " + name +
                                        " = " + value + " FROM v WHERE " + match + untouched + " RETURNING v.no) SELECT no FROM done",
                                    parameters);
    if (always) session.query("ALTER TABLE " + piece.table + " ALTER COLUMN " + name + " SET GENERATED ALWAYS");
    quiet.end();
    std::set<std::size_t> took;
    for (const auto& row : done) took.insert(std::strtoull(row[0].value_or("0").c_str(), nullptr, 10));
    result.rows += took.size();
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      if (!took.contains(i + 1)) result.conflicts.push_back(key_text(piece, piece.rows[i]) + ": the row has gone, or its " + name + " was changed");
    }
  }

  /// @return rows that a foreign key kept out: perhaps later
  std::vector<Row> table(const journal::RowsArchived& piece, const std::vector<Row>& rows, bool last) {
    const auto known = live(piece.table);
    std::vector<Row> waiting;
    if (known.empty() || std::any_of(piece.columns.begin(), piece.columns.end(), [&](const auto& c) { return !known.contains(c) || known.at(c).computed; })) {
      for (const auto& row : rows) result.conflicts.push_back(key_text(piece, row) + ": a column of it is no longer there");
      return waiting;
    }
    std::string lists, names, casts, same;
    for (std::size_t i = 0; i < piece.columns.size(); ++i) {
      const auto n = std::to_string(i);
      lists += (i ? ", $" : "$") + std::to_string(i + 1) + "::pg_catalog.text";
      names += (i ? ", " : "") + piece.columns[i];
      casts += (i ? ", (" : "(") + ("$" + std::to_string(i + 1) + "::pg_catalog.text") + ")::" + known.at(piece.columns[i]).type;
      same += (i ? " AND " : "") + piece.columns[i] + "::text IS NOT DISTINCT FROM $" + std::to_string(i + 1) + "::text";
    }
    const auto insert = "INSERT INTO " + piece.table + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + casts + " ON CONFLICT DO NOTHING RETURNING 1";
    Quiet quiet(session, piece.table);
    session.query("SAVEPOINT tidemark_rows");
    try {  // all at once by COPY, which is what goes well nearly always
      session.insert_rows(shape(piece, known), plain(piece), rows);
      session.query("SET CONSTRAINTS ALL IMMEDIATE");
      session.query("RELEASE SAVEPOINT tidemark_rows");
      result.rows += rows.size();
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection) throw;
      session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
      for (const auto& row : rows) {
        session.query("SAVEPOINT tidemark_rows");
        try {
          if (!session.query(insert, row).empty()) ++result.rows;
          else if (!session.query("SELECT 1 FROM ONLY " + piece.table + " WHERE " + same, row).empty()) ++result.rows;
          else result.conflicts.push_back(key_text(piece, row) + ": another row stands in its place");
        } catch (const TargetError& refused) {
          if (refused.kind == TargetError::Kind::connection) throw;
          session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
          if (refused.sqlstate == "23503" && !last) waiting.push_back(row);
          else result.conflicts.push_back(key_text(piece, row) + ": " + refused.what());
        }
        session.query("RELEASE SAVEPOINT tidemark_rows");
      }
      session.query("RELEASE SAVEPOINT tidemark_rows");
    }
    quiet.end();
    return waiting;
  }

  /// Unless others refer to its rows already.
  void empty(const std::string& table) {
    session.query("SAVEPOINT tidemark_rows");
    try {
      session.query("DELETE FROM ONLY " + table);
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection) throw;
      session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
    }
    session.query("RELEASE SAVEPOINT tidemark_rows");
  }

  static std::string unquoted(const std::string& name) {
    if (!name.starts_with('"')) return name;
    std::string out;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
      out += name[i];
      if (name[i] == '"') ++i;
    }
    return out;
  }
  static std::vector<std::string> plain(const journal::RowsArchived& piece) {
    std::vector<std::string> names;
    for (const auto& column : piece.columns) names.push_back(unquoted(column));
    return names;
  }
  TableShape shape(const journal::RowsArchived& piece, const std::map<std::string, ColumnKnown>& known) {
    const auto names = session.query("SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::regclass", {piece.table});
    TableShape out;
    out.schema = names.at(0)[0].value_or("");
    out.name = names.at(0)[1].value_or("");
    for (const auto& column : piece.columns) out.columns.push_back({unquoted(column), known.at(column).type});
    return out;
  }

  void sequence(const journal::RowsArchived& piece) {
    if (!fresh || session.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", {piece.object}).empty()) return;
    session.query("SELECT pg_catalog.setval($1::regclass, $2::bigint, $3::boolean)", {piece.object, piece.rows.at(0).at(0), piece.rows.at(0).at(1)});
  }
};

}  // namespace

Restored restore(Session& session, const std::vector<journal::RowsArchived>& archived, bool fresh) {
  Restored result;
  Restoring restoring{session, fresh, result};
  std::vector<std::pair<const journal::RowsArchived*, std::vector<Row>>> open;
  if (archived.empty()) return result;
  session.query("SET CONSTRAINTS ALL IMMEDIATE");  // a trigger can't be silenced while the table has events pending
  std::set<std::string> emptied;
  for (const auto& piece : archived) {
    if (piece.what != "table") continue;
    open.emplace_back(&piece, piece.rows);
    // What the script put there is in the archive as it was at the undo: perhaps changed since, perhaps deleted.
    if (fresh && emptied.insert(piece.table).second && session.query("SELECT to_regclass($1) IS NOT NULL", {piece.table}).at(0)[0] == "t") restoring.empty(piece.table);
  }
  // Rows that refer to others come after them, whatever the order of their tables; then there is no progress, or nothing left.
  for (bool progress = true; !open.empty();) {
    const bool last = !progress;
    progress = false;
    for (auto& [piece, rows] : open) {
      std::vector<Row> waiting;
      if (session.query("SELECT to_regclass($1) IS NOT NULL", {piece->table}).at(0)[0] == "t") {
        waiting = restoring.table(*piece, rows, last);
      } else {
        for (const auto& row : rows) result.conflicts.push_back(restoring.key_text(*piece, row) + ": its table isn't there");
      }
      progress = progress || waiting.size() < rows.size();
      rows = std::move(waiting);
    }
    std::erase_if(open, [](const auto& one) { return one.second.empty(); });
  }
  for (const auto& piece : archived) {
    if (piece.what == "column" || piece.what == "label") restoring.column(piece);
    if (piece.what == "sequence") restoring.sequence(piece);
  }
  return result;
}

}  // namespace tidemark::engine::schema
