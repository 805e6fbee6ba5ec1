#include "engine/conversion/declared_sql.h"

#include <algorithm>
#include <array>

#include "engine/postgres/quote.h"
#include "engine/schema/lexer.h"

namespace tidemark::engine::conversion {
namespace {

using schema::Lexer;
using schema::Token;

constexpr std::array<std::string_view, 12> kMoments = {"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "now", "transaction_timestamp",
                                                       "statement_timestamp", "clock_timestamp", "timeofday", "current_user", "session_user"};

std::string text_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

/// Calls `each` for every `:word`; begin and end are the places of both in the text, `call` says that a parenthesis follows, which is at `end`.
template <class Each>
void for_each_parameter(std::string_view sql, Each&& each) {
  Lexer lexer(sql);
  Token before, colon;
  std::size_t colon_end = 0;
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    const auto end = lexer.offset();
    if (token.kind == Token::Kind::word && colon.is(':') && !before.is(':') && end - token.text.size() == colon_end) each(token.text, colon_end - 1, end);
    before = colon;
    colon = token;
    colon_end = end;
  }
}

}  // namespace

std::string with_parameters(std::string_view sql, const RowsParameters& parameters) {
  std::string out;
  std::size_t done = 0;
  for_each_parameter(sql, [&](const std::string& name, std::size_t begin, std::size_t end) {
    std::string instead;
    if (name == "keys") {
      instead = "(" + parameters.keys + ")";
    } else if (name == "now") {
      instead = text_literal(parameters.now) + "::pg_catalog.text";
    } else if (name == "uuid7") {
      const bool named = end < sql.size() && sql[end] == '(';
      instead = named ? "pg_catalog.concat(" + text_literal(parameters.mark) + ", " : text_literal(parameters.mark) + "::pg_catalog.text";
      if (named) ++end;
    } else {
      return;
    }
    out += sql.substr(done, begin - done);
    out += instead;
    done = end;
  });
  out += sql.substr(done);
  return out;
}

std::string rows_statement(std::string_view sql, const RowsParameters& parameters) {
  return "SELECT q.n, q.j->>'subject', q.j->>'op', q.j->>'table', q.j->>'reject', q.j->>'entry', q.j->>'step', k.part, k.key, k.value"
         " FROM (SELECT pg_catalog.row_number() OVER () AS n, pg_catalog.to_jsonb(r) AS j FROM (" +
         with_parameters(sql, parameters) +
         "\n) AS r) AS q LEFT JOIN LATERAL (SELECT p.part, e.key, e.value FROM (VALUES ('row'), ('key')) AS p (part), pg_catalog.jsonb_each_text(CASE WHEN"
         " pg_catalog.jsonb_typeof(q.j->p.part) <> 'null' THEN q.j->p.part END) AS e) AS k ON true ORDER BY q.n, k.part, k.key";
}

std::set<std::string> called(std::string_view sql) {
  std::set<std::string> names;
  Lexer lexer(sql);
  Token before;
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (token.is('(') && (before.kind == Token::Kind::word || before.kind == Token::Kind::quoted)) names.insert(before.text);
    before = token;
  }
  return names;
}

std::string forbidden_word(std::string_view sql) {
  Lexer lexer(sql);
  Token before;
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (token.is(';')) return ";";
    if (token.kind == Token::Kind::word && !before.is(':') && std::find(kMoments.begin(), kMoments.end(), token.text) != kMoments.end()) return token.text;
    before = token;
  }
  return {};
}

bool names_keys(std::string_view sql) {
  bool found = false;
  for_each_parameter(sql, [&](const std::string& name, std::size_t, std::size_t) { found = found || name == "keys"; });
  return found;
}

}  // namespace tidemark::engine::conversion
