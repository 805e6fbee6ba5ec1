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
  if (begins(s, {"set", "transaction"}) || begins(s, {"set", "session", "characteristics"})) return "SET TRANSACTION";
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

struct Statement {
  Tokens tokens;
  std::string unfit;  ///< what it is, if it can't run in a unit
};

/// The statements, in order; a psql command stands as one of its own. Nothing is looked at behind a COPY FROM STDIN: data follow it.
std::vector<Statement> cut(std::string_view script, bool standard_strings) {
  std::vector<Statement> list;
  Lexer lexer(script, standard_strings);
  Tokens statement;
  int parentheses = 0, body = 0;
  while (true) {
    Token token = lexer.next();
    if (token.kind == Token::Kind::backslash) {
      const auto command = lexer.next();
      list.push_back({{token}, "psql's \\" + command.text});
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
      auto what = unfit(statement);
      const bool data_follow = what == "COPY FROM STDIN";
      list.push_back({std::move(statement), std::move(what)});
      if (data_follow) return list;
    }
    if (end) return list;
    statement.clear();
    parentheses = body = 0;
  }
}

bool can_run_alone(const std::string& what) {
  return what == "CREATE INDEX CONCURRENTLY" || what == "DROP INDEX CONCURRENTLY" || what == "REINDEX CONCURRENTLY" || what == "VACUUM";
}

}  // namespace

std::vector<Unfit> unfit_for_unit(std::string_view script, bool standard_strings) {
  std::vector<Unfit> found;
  for (auto& s : cut(script, standard_strings)) {
    if (!s.unfit.empty()) found.push_back({std::move(s.unfit), s.tokens.front().line});
  }
  return found;
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

namespace {

/// Spaces in the place of `tokens`, so that lines and positions stay.
std::string without(std::string script, const Tokens& tokens) {
  for (auto at = tokens.front().begin; at < tokens.back().end; ++at) {
    if (script[at] != '\n' && script[at] != '\r') script[at] = ' ';
  }
  return script;
}

bool plain_begin(const Tokens& s) {
  return (s.size() == 1 && s[0].is("begin")) || (s.size() == 2 && (begins(s, {"begin", "work"}) || begins(s, {"begin", "transaction"}) || begins(s, {"start", "transaction"})));
}
bool plain_commit(const Tokens& s) {
  const bool command = !s.empty() && (s[0].is("commit") || s[0].is("end"));
  return command && (s.size() == 1 || (s.size() == 2 && (s[1].is("work") || s[1].is("transaction"))));
}
bool transaction_command(const Statement& s) {
  return !s.unfit.empty() && s.unfit != "COPY FROM STDIN" && s.unfit != "VACUUM" && s.unfit != "ALTER SYSTEM" && !s.unfit.ends_with("CONCURRENTLY") && !s.unfit.starts_with("psql's");
}

/// What a SET leaves for those who come after the script; empty: nothing.
std::string setting(const Tokens& s) {
  if (begins(s, {"set"}) && s.size() > 1) {
    std::size_t at = 1;
    if (s[at].is("local") || s[at].is("constraints") || s[at].is("transaction")) return {};
    if (s[at].is("session") && s.size() > 2) ++at;
    return s[at].is("authorization") ? "SET SESSION AUTHORIZATION" : "SET " + s[at].text;
  }
  for (std::size_t i = 0; i + 2 < s.size(); ++i) {  // pg_dump: SELECT pg_catalog.set_config('search_path', '', false)
    if (s[i].is("set_config") && s[i + 1].is('(') && s[i + 2].kind == Token::Kind::string) return "SET " + s[i + 2].text;
  }
  return {};
}

/// A script that became somebody else is itself again behind this.
void reset_role(Way& way) {
  const bool role = std::any_of(way.settings.begin(), way.settings.end(), [](const auto& s) { return s.what == "SET role" || s.what == "SET SESSION AUTHORIZATION"; });
  if (role) way.script += "\n;RESET SESSION AUTHORIZATION; RESET ROLE;\n";
}

std::string named_list(const std::vector<Unfit>& list) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : ", ") + one.what + " (line " + std::to_string(one.line) + ")";
  return out;
}

}  // namespace

Way way_of(std::string_view script, const std::string& file, bool standard_strings) {
  Way way{std::string(script), {}, {}};
  auto list = cut(script, standard_strings);
  const auto refuse = [&](const std::string& answer, const std::string& next) {
    throw Failure(ExitCode::failed, "looking at the script", file, answer, "Nothing was run.", next);
  };
  if (script.starts_with("\xEF\xBB\xBF")) {
    refuse("it begins with a byte order mark (U+FEFF), which PostgreSQL takes for a part of the first word; Prisma would fail at it too", "save it without the mark: sed -i '1s/^\\xEF\\xBB\\xBF//' " + file);
  }
  if (list.size() == 1 && can_run_alone(list[0].unfit)) {
    way.alone = list[0].unfit;
    return way;
  }
  std::vector<std::size_t> commands;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (transaction_command(list[i])) commands.push_back(i);
    if (const auto set = setting(list[i].tokens); !set.empty()) way.settings.push_back({set, list[i].tokens.front().line});
  }
  // A transaction of its own around all of it is the unit's.
  if (commands.size() == 2 && commands[0] == 0 && commands[1] == list.size() - 1 && plain_begin(list.front().tokens) && plain_commit(list.back().tokens)) {
    way.script = without(without(std::move(way.script), list.back().tokens), list.front().tokens);
    list.pop_back();
    list.erase(list.begin());
    commands.clear();
  }
  std::vector<Unfit> alone, transactions, others;
  bool open = false;
  for (const auto& s : list) {
    if (s.unfit.empty()) continue;
    auto& where = can_run_alone(s.unfit) ? alone : transaction_command(s) ? transactions : others;
    where.push_back({s.unfit, s.tokens.front().line});
    if (s.unfit == "BEGIN" || s.unfit == "START TRANSACTION") open = true;
    if (s.unfit == "COMMIT" || s.unfit == "END" || s.unfit == "ROLLBACK" || s.unfit == "ABORT") open = false;
  }
  std::string answer, next;
  const auto add = [&](const std::string& what, const std::string& todo) {
    answer += (answer.empty() ? "" : "; ") + what;
    next += (next.empty() ? "" : "; ") + todo;
  };
  if (!others.empty()) add("it can't run as one transaction, nor can Prisma run it: " + named_list(others), "take it out of the script");
  if (!alone.empty()) add("PostgreSQL runs this only alone, outside of any transaction, and other statements stand beside it: " + named_list(alone), "put each of them into a migration of its own");
  if (!transactions.empty() && open) add("it opens a transaction and doesn't close it, so that Prisma's history would be lost with it: " + named_list(transactions), "close it, or leave BEGIN out: a migration runs in one transaction anyway");
  else if (!transactions.empty()) add("it has transactions of its own, other than one around all of it: " + named_list(transactions), "leave them out: a migration runs in one transaction anyway");
  if (!answer.empty()) refuse(answer, next);
  reset_role(way);
  return way;
}

std::string in_unit(std::string_view script, const std::string& file, bool standard_strings) {
  auto way = way_of(script, file, standard_strings);
  if (way.alone.empty()) return way.script;
  if (way.alone != "CREATE INDEX CONCURRENTLY" && way.alone != "DROP INDEX CONCURRENTLY") {
    throw Failure(ExitCode::failed, "looking at the script", file, way.alone + " can't run in a transaction, and an inverse must", "Nothing was run.", "take it out of the script");
  }
  auto list = cut(script, standard_strings);
  for (auto& token : list[0].tokens) {
    if (!token.is("concurrently")) continue;
    way.script = without(std::move(way.script), {token});
    break;
  }
  return way.script;
}

}  // namespace tidemark::engine::schema
