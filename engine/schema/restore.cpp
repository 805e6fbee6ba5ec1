#include "engine/schema/restore.h"

#include <map>
#include <set>

#include "engine/schema/restoring.h"

namespace tidemark::engine::schema {
namespace {

/// Unless others refer to its rows already.
void empty(Session& session, const std::string& table) {
  session.query("SAVEPOINT tidemark_rows");
  try {
    session.query("DELETE FROM ONLY " + table);
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection) throw;
    session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
  }
  session.query("RELEASE SAVEPOINT tidemark_rows");
}

void restore_sequence(Session& session, const journal::RowsArchived& piece) {
  if (session.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", {piece.object}).empty()) return;
  session.query("SELECT pg_catalog.setval($1::regclass, $2::bigint, $3::boolean)", {piece.object, piece.rows.at(0).at(0), piece.rows.at(0).at(1)});
}

struct Outline {
  std::set<std::string> tables;  ///< whose rows were archived
  bool others = false;           ///< values or sequences
};
Outline outline_of(const Kept& kept) {
  Outline outline;
  kept.for_each([&](journal::Seq, const journal::RowsArchived& piece) {
    if (piece.what == "table") outline.tables.insert(piece.table);
    else outline.others = true;
  });
  return outline;
}

bool none(const std::vector<bool>& rows) {
  for (const bool waits : rows) {
    if (waits) return false;
  }
  return true;
}

/// Rows that refer to others come after them, whatever the order of their tables. Of what waits only the numbers are held.
void restore_tables(Session& session, const Kept& kept, Restored& result, const std::function<void()>& after_each) {
  std::map<journal::Seq, std::vector<bool>> waiting;
  bool first = true;
  for (auto round = Round::at_once; first || !waiting.empty();) {
    bool progress = false;
    const auto wanted = [&](journal::Seq seq) { return first || waiting.contains(seq); };
    kept.for_each(wanted, [&](journal::Seq seq, const journal::RowsArchived& piece) {
      if (piece.what != "table") return;
      auto& rows = waiting.try_emplace(seq, piece.rows.size(), true).first->second;
      const bool placed = restore_rows(session, piece, round, rows, result);
      progress = progress || placed;
      if (none(rows)) waiting.erase(seq);
      if (placed && after_each) after_each();
    });
    if (!progress) round = round == Round::at_once ? Round::singly : Round::last;
    first = false;
  }
}

}  // namespace

void Restored::conflict(const std::string& what) {
  ++conflicts;
  if (named.size() < kNamedConflicts) named.push_back(what);
}

std::string Restored::unnamed() const { return conflicts > named.size() ? "and " + std::to_string(conflicts - named.size()) + " more" : ""; }

std::string key_text(const journal::RowsArchived& piece, const Row& row) {
  std::string out = piece.table + " {";
  const auto count = piece.keys == 0 ? row.size() : piece.keys;
  for (std::size_t i = 0; i < count; ++i) out += (i ? ", " : "") + row[i].value_or("NULL");
  return out + "}";
}

std::map<std::string, LiveColumn> live_by_name(Session& session, const std::string& table) {
  std::map<std::string, LiveColumn> known;
  for (const auto& column : live_columns(session, table)) known[column.name] = column;
  return known;
}

Restored restore(Session& session, const Kept& kept, bool fresh, const std::function<void()>& after_each) {
  Restored result;
  if (kept.empty()) return result;
  session.query("SET CONSTRAINTS ALL IMMEDIATE");  // a trigger can't be silenced while the table has events pending
  const auto outline = outline_of(kept);
  for (const auto& table : outline.tables) {
    // What the script put there is in the archive as it was at the undo: perhaps changed since, perhaps deleted.
    if (fresh && session.query("SELECT to_regclass($1) IS NOT NULL", {table}).at(0)[0] == "t") empty(session, table);
  }
  if (!outline.tables.empty()) restore_tables(session, kept, result, after_each);
  if (!outline.others) return result;
  kept.for_each([&](journal::Seq, const journal::RowsArchived& piece) {
    if (piece.what == "sequence" && fresh) restore_sequence(session, piece);
    if (piece.what != "column" && piece.what != "label") return;
    restore_values(session, piece, fresh, result);
    if (after_each) after_each();
  });
  return result;
}

}  // namespace tidemark::engine::schema
