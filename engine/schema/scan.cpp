#include "engine/schema/scan.h"

#include <algorithm>
#include <set>

#include "engine/errors.h"
#include "engine/schema/lexer.h"

namespace tidemark::engine::schema {
namespace {

using Tokens = std::vector<Token>;

/// The words at the beginning, up to `count`; anything else stands as itself, so that a quoted name is no keyword.
bool begins(const Tokens& statement, std::initializer_list<std::string_view> words) {
  if (statement.size() < words.size()) return false;
  return std::equal(words.begin(), words.end(), statement.begin(), [](std::string_view word, const Token& token) { return token.is(word); });
}
bool has(const Tokens& statement, std::string_view word) {
  return std::any_of(statement.begin(), statement.end(), [&](const Token& token) { return token.is(word); });
}
/// One word right behind another.
bool has(const Tokens& statement, std::string_view first, std::string_view second) {
  for (std::size_t i = 1; i < statement.size(); ++i) {
    if (statement[i - 1].is(first) && statement[i].is(second)) return true;
  }
  return false;
}

/// What the statement is, if it can't run in a unit; else empty.
std::string unfit(const Tokens& s) {
  const bool concurrently = has(s, "index", "concurrently");
  if ((begins(s, {"create", "index"}) || begins(s, {"create", "unique", "index"})) && concurrently) return "CREATE INDEX CONCURRENTLY";
  if (begins(s, {"drop", "index", "concurrently"})) return "DROP INDEX CONCURRENTLY";
  if (begins(s, {"reindex"}) && has(s, "concurrently")) return "REINDEX CONCURRENTLY";
  if (begins(s, {"alter", "table"}) && has(s, "detach", "partition") && s.back().is("concurrently")) {
    return "DETACH PARTITION CONCURRENTLY";
  }
  if (begins(s, {"vacuum"})) return "VACUUM";
  if (begins(s, {"alter", "system"})) return "ALTER SYSTEM";
  if (begins(s, {"copy"}) && has(s, "from", "stdin")) return "COPY FROM STDIN";
  if (begins(s, {"start", "transaction"})) return "START TRANSACTION";
  if (begins(s, {"prepare", "transaction"})) return "PREPARE TRANSACTION";
  if (begins(s, {"rollback", "to"}) || begins(s, {"rollback", "work", "to"}) || begins(s, {"rollback", "transaction", "to"})) {
    return "ROLLBACK TO SAVEPOINT";
  }
  for (const auto* command : {"begin", "commit", "end", "rollback", "abort", "savepoint", "release"}) {
    if (!begins(s, {command})) continue;
    std::string upper = command;
    for (auto& c : upper) c = static_cast<char>(c - 'a' + 'A');
    return upper;
  }
  return {};
}

/// A function's SQL body, BEGIN ATOMIC … END, has semicolons of its own; CASE … END stands in it.
bool opens_body(const Tokens& s) {
  return begins(s, {"create", "function"}) || begins(s, {"create", "procedure"}) || begins(s, {"create", "or", "replace", "function"}) ||
         begins(s, {"create", "or", "replace", "procedure"});
}

}  // namespace

std::vector<Unfit> unfit_for_unit(std::string_view script) {
  std::vector<Unfit> found;
  Lexer lexer(script);
  Tokens statement;
  int parentheses = 0, body = 0;
  while (true) {
    Token token = lexer.next();
    if (token.kind == Token::Kind::backslash) {
      const auto command = lexer.next();
      found.push_back({"psql's \\" + command.text, token.line});
      continue;
    }
    if (token.is('(')) ++parentheses;
    if (token.is(')')) --parentheses;
    if (opens_body(statement)) {
      if (statement.back().is("begin") && token.is("atomic")) ++body;
      if (body > 0 && token.is("case")) ++body;
      if (body > 0 && token.is("end")) --body;
    }
    const bool end = token.kind == Token::Kind::end;
    if (!end && (!token.is(';') || parentheses > 0 || body > 0)) {
      statement.push_back(std::move(token));
      continue;
    }
    if (!statement.empty()) {
      if (auto what = unfit(statement); !what.empty()) {
        const bool data_follow = what == "COPY FROM STDIN";
        found.push_back({std::move(what), statement.front().line});
        if (data_follow) return found;
      }
    }
    if (end) return found;
    statement.clear();
    parentheses = 0;
  }
}

std::vector<std::string> identifiers(std::string_view script) {
  std::set<std::string> names;
  Lexer lexer(script);
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (token.kind == Token::Kind::dollar) {
      for (auto& name : identifiers(token.text)) names.insert(std::move(name));
    } else if (token.kind == Token::Kind::word || token.kind == Token::Kind::quoted) {
      names.insert(std::move(token.text));
    }
  }
  return {names.begin(), names.end()};
}

bool drops_from(std::string_view script, std::string_view table) {
  Lexer lexer(script);
  std::vector<Token> statement;
  for (auto token = lexer.next();; token = lexer.next()) {
    if (token.kind != Token::Kind::end && !token.is(';')) {
      statement.push_back(std::move(token));
      continue;
    }
    const auto is = [&](std::size_t i, std::string_view word) { return i < statement.size() && statement[i].is(word); };
    bool named = false, drops = is(0, "drop");
    for (std::size_t i = 2; i < statement.size(); ++i) {
      const bool name = statement[i].kind == Token::Kind::word || statement[i].kind == Token::Kind::quoted;
      named = named || (name && statement[i].text == table);
      drops = drops || (named && is(0, "alter") && statement[i].is("drop") && !is(i + 1, "default") && !is(i + 1, "not") && !is(i + 1, "identity") && !is(i + 1, "expression") && !is(i + 1, "constraint"));
    }
    if (is(1, "table") && named && drops) return true;
    if (token.kind == Token::Kind::end) return false;
    statement.clear();
  }
}

void refuse_unfit(std::string_view script, const std::string& file) {
  std::string list;
  for (const auto& one : unfit_for_unit(script)) list += (list.empty() ? "" : ", ") + one.what + " (line " + std::to_string(one.line) + ")";
  if (list.empty()) return;
  throw Failure(ExitCode::failed, "looking at the script", file, "it can't run as one transaction, until the schema side handles such: " + list,
                "Nothing was run.", "take it out of the script, or run this migration by hand and record it: prisma migrate resolve --applied NAME");
}

}  // namespace tidemark::engine::schema
