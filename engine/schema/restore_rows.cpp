#include <algorithm>

#include "engine/schema/quiet.h"
#include "engine/schema/restoring.h"

namespace tidemark::engine::schema {
namespace {

constexpr const char* kForeignKey = "23503";

std::string unquoted(const std::string& name) {
  if (!name.starts_with('"')) return name;
  std::string out;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    out += name[i];
    if (name[i] == '"') ++i;
  }
  return out;
}

std::vector<std::string> plain(const journal::RowsArchived& piece) {
  std::vector<std::string> names;
  for (const auto& column : piece.columns) names.push_back(unquoted(column));
  return names;
}

TableShape shape_of(Session& session, const journal::RowsArchived& piece, const std::map<std::string, LiveColumn>& known) {
  const auto names = session.query("SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::regclass", {piece.table});
  TableShape out;
  out.schema = names.at(0)[0].value_or("");
  out.name = names.at(0)[1].value_or("");
  for (const auto& column : piece.columns) out.columns.push_back({unquoted(column), known.at(column).type});
  return out;
}

enum class Answer { back, waits, conflict };

/// One row, behind a savepoint: it is put in, stands there already, waits for another, or has no place.
class OneByOne {
 public:
  OneByOne(Session& session, const journal::RowsArchived& piece, const std::map<std::string, LiveColumn>& known) : session_(session), piece_(piece) {
    std::string names, casts;
    for (std::size_t i = 0; i < piece.columns.size(); ++i) {
      const auto parameter = "$" + std::to_string(i + 1) + "::pg_catalog.text";
      names += (i ? ", " : "") + piece.columns[i];
      casts += (i ? ", (" : "(") + parameter + ")::" + known.at(piece.columns[i]).type;
      same_ += (i ? " AND " : "") + piece.columns[i] + "::text IS NOT DISTINCT FROM " + parameter;
    }
    insert_ = "INSERT INTO " + piece.table + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + casts + " ON CONFLICT DO NOTHING RETURNING 1";
  }

  Answer put(const Row& row, bool may_wait, Restored& result) {
    session_.query("SAVEPOINT tidemark_rows");
    auto answer = Answer::conflict;
    try {
      if (!session_.query(insert_, row).empty() || !session_.query("SELECT 1 FROM ONLY " + piece_.table + " WHERE " + same_, row).empty()) answer = Answer::back;
      else result.conflict(key_text(piece_, row) + ": another row stands in its place");
    } catch (const TargetError& refused) {
      if (refused.kind == TargetError::Kind::connection) throw;
      session_.query("ROLLBACK TO SAVEPOINT tidemark_rows");
      if (refused.sqlstate == kForeignKey && may_wait) answer = Answer::waits;
      else result.conflict(key_text(piece_, row) + ": " + refused.what());
    }
    session_.query("RELEASE SAVEPOINT tidemark_rows");
    if (answer == Answer::back) ++result.rows;
    return answer;
  }

 private:
  Session& session_;
  const journal::RowsArchived& piece_;
  std::string insert_, same_;
};

/// By COPY, which is what goes well nearly always. @return the SQLSTATE of what was in the way; nullopt: all are in
std::optional<std::string> copy(Session& session, const journal::RowsArchived& piece, const std::map<std::string, LiveColumn>& known, const Rows& rows) {
  session.query("SAVEPOINT tidemark_rows");
  std::optional<std::string> refused;
  try {
    session.insert_rows(shape_of(session, piece, known), plain(piece), rows);
    session.query("SET CONSTRAINTS ALL IMMEDIATE");
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection) throw;
    session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
    refused = error.sqlstate;
  }
  session.query("RELEASE SAVEPOINT tidemark_rows");
  return refused;
}

}  // namespace

bool restore_rows(Session& session, const journal::RowsArchived& piece, Round round, std::vector<bool>& waiting, Restored& result) {
  const auto give_up = [&](const std::string& why) {
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      if (waiting[i]) result.conflict(key_text(piece, piece.rows[i]) + why);
    }
    waiting.assign(waiting.size(), false);
    return true;
  };
  if (session.query("SELECT to_regclass($1) IS NOT NULL", {piece.table}).at(0)[0] != "t") return give_up(": its table isn't there");
  const auto known = live_by_name(session, piece.table);
  if (std::any_of(piece.columns.begin(), piece.columns.end(), [&](const auto& c) { return !known.contains(c) || known.at(c).computed; })) return give_up(": a column of it is no longer there");

  const bool all = std::all_of(waiting.begin(), waiting.end(), [](bool waits) { return waits; });
  Rows some;
  for (std::size_t i = 0; !all && i < piece.rows.size(); ++i) {
    if (waiting[i]) some.push_back(piece.rows[i]);
  }
  const auto& rows = all ? piece.rows : some;
  Quiet quiet(session, piece.table);
  const auto refused = copy(session, piece, known, rows);
  bool progress = false;
  if (!refused) {
    result.rows += rows.size();
    waiting.assign(waiting.size(), false);
    progress = true;
  } else if (*refused != kForeignKey || round != Round::at_once) {
    OneByOne one(session, piece, known);
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      if (!waiting[i]) continue;
      waiting[i] = one.put(piece.rows[i], round != Round::last, result) == Answer::waits;
      progress = progress || !waiting[i];
    }
  }
  quiet.end();
  return progress;
}

}  // namespace tidemark::engine::schema
