// What is asked of a declared conversion before anything runs. Every refusal says what to change.
#include <algorithm>
#include <set>

#include "engine/conversion/declared.h"
#include "engine/conversion/declared_sql.h"
#include "engine/postgres/quote.h"
#include "engine/reading.h"

namespace tidemark::engine::conversion {
namespace {

constexpr std::size_t kSample = 8;
constexpr int kLimitMs = 5000;
constexpr std::uint64_t kSmallTable = 1 << 20;  ///< bytes; reading all of it for a chunk is no harm

const std::set<std::string> kColumns = {"subject", "op", "table", "row", "key", "reject", "entry", "step"};

std::string literal_of(const std::string& text) {
  std::string literal = "'";
  for (const char c : text) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string text_of(const Answer& answer) {
  std::string text = answer.refused;
  for (const auto& write : answer.writes) text += to_string(write) + "\n";
  for (const auto& rejected : answer.rejected) text += "reject " + rejected.key + " " + rejected.reason + "\n";
  return text;
}

}  // namespace

Failure Declared::wrong(const std::string& answer, const std::string& next) const {
  return Failure(ExitCode::failed, "checking the conversion " + declaration_.name, declaration_.folder + "/rows.sql", answer, "Nothing was written.", next);
}

void Declared::check(Session& session, const SourceShape& source) const {
  std::map<std::string, TableShape> shapes;
  for (const auto& table : declaration_.tables) {
    const auto schema = session.schema_of(table.name);
    const auto facts = schema ? session.describe(*schema, table.name) : std::nullopt;
    if (!facts) throw wrong("the table \"" + table.name + "\" does not exist on the connection's search_path", "tidemark deploy; or correct [[table]] name in conversion.toml");
    std::vector<std::string> key;
    for (const auto at : facts->shape.key) key.push_back(facts->shape.columns[at].name);
    auto named = table.key;
    auto there = key;
    std::sort(named.begin(), named.end());
    std::sort(there.begin(), there.end());
    if (named != there) {
      throw wrong("conversion.toml says that the key of " + table.name + " is (" + list_of(table.key) + "); " + (key.empty() ? "the table has none" : "it is (" + list_of(key) + ")"),
                  key.empty() ? "give the table a primary key" : "key = the columns of the primary key, in [[table]] of conversion.toml");
    }
    shapes[table.name] = facts->shape;
  }
  if (!names_keys(declaration_.rows_sql)) throw wrong("it doesn't ask for :keys, so that every chunk would read everything", "WHERE … = ANY (:keys)");
  if (const auto word = forbidden_word(declaration_.rows_sql); !word.empty()) {
    throw wrong(word == ";" ? "there is a semicolon in it" : "it asks for " + word + ", which is another one at each run", word == ";" ? "one SELECT, without a semicolon" : "use :now, the time of the chunk by the target's clock");
  }

  const Reading reading(session);
  session.limit_statements(kLimitMs);
  session.query("SELECT pg_catalog.set_config('search_path', pg_catalog.concat('pg_catalog, ', pg_catalog.quote_ident($1)), true)", {source.schema});
  Keys keys = session.keys(source, std::nullopt, std::nullopt, kSample);
  for (const auto& row : session.query("SELECT k.key FROM (SELECT t." + postgres::quoted_name(source.key) + "::text AS key FROM " + postgres::qualified(source.schema, source.table) + " AS t ORDER BY t." +
                                       postgres::quoted_name(source.key) + " DESC LIMIT " + std::to_string(kSample) + ") AS k")) {
    if (std::find(keys.begin(), keys.end(), row.front()) == keys.end()) keys.push_back(row.front().value());
  }
  const std::string type = "::" + postgres::bare_type(source.key_type) + "[]";
  const auto literal = [&](const Keys& these) { return RowsParameters{literal_of(postgres::array_literal(these)) + type, "2000-01-01 00:00:00", "new id"}; };

  std::string plan;
  std::set<std::string> has;
  try {
    const auto statement = with_parameters(declaration_.rows_sql, literal(keys.empty() ? Keys{} : Keys{keys.front()}));
    for (const auto& row : session.query("EXPLAIN (VERBOSE, COSTS OFF) SELECT r.* FROM (" + statement + "\n) AS r")) plan += row.front().value_or("") + "\n";
    for (const auto& row : session.query("SELECT DISTINCT k FROM (SELECT pg_catalog.to_jsonb(r) AS j FROM (SELECT x.* FROM (VALUES (1)) AS one (n) LEFT JOIN (SELECT y.* FROM (" + statement +
                                         "\n) AS y LIMIT 0) AS x ON true) AS r) AS q, pg_catalog.jsonb_object_keys(q.j) AS k")) {
      has.insert(row.front().value_or(""));
    }
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection) throw;
    throw wrong(std::string(error.what()) + (error.context.empty() ? "" : " (" + error.context + ")"), "rows.sql is one SELECT; names without a schema are those of " + source.schema);
  }
  for (const auto& name : has) {
    if (!kColumns.contains(name)) throw wrong("it has a column \"" + name + "\"", "its columns are subject, op, table, row, key, reject, entry, step; what is to be written belongs into row: jsonb_build_object('column', value, …) AS row");
  }
  for (const auto* name : {"subject", "op", "row"}) {
    if (!has.contains(name)) throw wrong("it has no column \"" + std::string(name) + "\"", "SELECT … AS subject, 'update' AS op, jsonb_build_object('column', value, …) AS row");
  }

  Keys words;
  for (const auto& text : {declaration_.rows_sql, plan}) {
    for (const auto& word : called(text)) words.push_back(word);
  }
  for (const auto& row : session.query("SELECT p.proname FROM pg_catalog.pg_proc p WHERE p.provolatile = 'v' AND p.proname = ANY ($1) ORDER BY 1 LIMIT 1", {postgres::array_literal(words)})) {
    throw wrong("it calls " + row.front().value_or("") + "(), which is volatile: the same keys would not give the same rows", ":uuid7 is a new id from the engine, :now the chunk's time; mark a function of your own as STABLE if it is");
  }
  for (std::size_t at = plan.find("Seq Scan on "); at != std::string::npos; at = plan.find("Seq Scan on ", at + 1)) {
    const auto begin = at + 12;
    const auto table = plan.substr(begin, plan.find_first_of(" \n", begin) - begin);
    const auto size = session.query("SELECT pg_catalog.pg_relation_size(pg_catalog.to_regclass($1))", {table}).at(0).at(0);
    if (size && std::stoull(*size) > kSmallTable) {
      throw wrong("no index serves the keys: for one key it reads all of " + table, "CREATE INDEX ON " + table + " (the column that is compared with :keys); compare it without a cast of the column");
    }
  }

  if (keys.empty()) return;
  const Stamp stamp{"2000-01-01 00:00:00", [] { return std::string(); }};
  try {
    const auto together = ask(session, source, keys, stamp);
    const auto same = [&](const Keys& company, const std::string& how) {
      const auto other = ask(session, source, company, stamp);
      for (const auto& key : company) {
        const auto a = together.find(key), b = other.find(key);
        if ((a == together.end() ? "" : text_of(a->second)) == (b == other.end() ? "" : text_of(b->second))) continue;
        throw wrong("for " + declaration_.subject + " " + key + " it gives other rows " + how + ": " + (b == other.end() ? "none" : text_of(b->second)) + "instead of " + (a == together.end() ? "none" : text_of(a->second)),
                    "a subject's rows must follow from that subject alone: PARTITION BY the subject in window functions, no LIMIT, ORDER BY inside aggregates");
      }
    };
    same({keys.rbegin(), keys.rend()}, "when the keys come in another order");
    for (const auto& key : keys) same({key}, "when it is asked alone");
    for (const auto& [key, answer] : together) {
      for (const auto& write : answer.writes) {
        for (const auto& [column, value] : write.values) {
          const auto& all = shapes[write.table].columns;
          if (std::none_of(all.begin(), all.end(), [&column = column](const auto& c) { return c.name == column; })) throw wrong("it writes the column \"" + column + "\", which " + write.table + " does not have", "tidemark deploy; or correct the name in row");
        }
      }
    }
  } catch (const TargetError& error) {
    if (error.kind != TargetError::Kind::lock) throw;
    throw wrong("for " + std::to_string(keys.size()) + " keys it took longer than " + std::to_string(kLimitMs) + " ms: " + error.what(), "an index on what it joins by; EXPLAIN (ANALYZE) it with a few keys");
  }
}

}  // namespace tidemark::engine::conversion
