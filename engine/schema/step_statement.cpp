#include "engine/schema/step_statement.h"

#include <cstdlib>

#include "engine/errors.h"
#include "engine/postgres/quote.h"
#include "engine/schema/lexer.h"
#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

bool named(const Token& token) { return token.kind == Token::Kind::word || token.kind == Token::Kind::quoted; }

std::vector<Token> tokens_of(std::string_view script, bool standard_strings) {
  std::vector<Token> tokens;
  Lexer lexer(script, standard_strings);
  for (auto token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) tokens.push_back(std::move(token));
  return tokens;
}

/// A name, perhaps qualified, from `at` on.
std::string name_at(const std::vector<Token>& tokens, std::size_t at) {
  std::string name;
  for (; at < tokens.size() && named(tokens[at]); at += 2) {
    name += (name.empty() ? "" : ".") + postgres::quoted_name(tokens[at].text);
    if (at + 1 >= tokens.size() || !tokens[at + 1].is('.')) break;
  }
  return name;
}

/// The number of a relation as a script would find it; empty: there is none.
std::string found_by_script(Session& session, const std::string& name) {
  session.run_script("SELECT pg_catalog.set_config('tidemark.found', coalesce(pg_catalog.to_regclass($tidemark$" + name + "$tidemark$)::pg_catalog.oid::pg_catalog.text, ''), true)");
  return session.query("SELECT pg_catalog.current_setting('tidemark.found')").at(0).at(0).value_or("");
}

constexpr const char* kIndexes =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), x.indisvalid AND x.indisready AND x.indislive, pg_catalog.format('%I.%I', tn.nspname, t.relname),"
    " coalesce((SELECT a.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'relation' AND l.granted"
    " AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) AND l.relation = t.oid"
    " AND l.mode = 'ShareUpdateExclusiveLock' AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend' AND a.query ~* 'concurrently' LIMIT 1), 0)"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid"
    " JOIN pg_catalog.pg_class t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace WHERE ";

IndexState state_of(const Row& row) { return {true, row[1] == "t", row[0].value_or(""), row[2].value_or(""), std::atoi(row[3].value_or("0").c_str())}; }

}  // namespace

StepStatement parse_step(std::string_view script, const std::string& what, const std::string& file, bool standard_strings) {
  using Kind = StepStatement::Kind;
  StepStatement step;
  step.what = what;
  if (what == "VACUUM") return step;
  if (what == "REINDEX CONCURRENTLY") {
    step.kind = Kind::reindex;
    step.names = identifiers(script);
    return step;
  }
  const auto tokens = tokens_of(script, standard_strings);
  std::size_t at = 0;
  while (!tokens[at].is("concurrently")) ++at;
  ++at;
  step.kind = what.starts_with("CREATE") ? Kind::create_index : Kind::drop_index;
  if (at < tokens.size() && tokens[at].is("if")) {
    step.if_not_exists = true;
    at += step.kind == Kind::create_index ? 3 : 2;
  }
  if (step.kind == Kind::drop_index) {
    step.relation = name_at(tokens, at);
    return step;
  }
  if (at < tokens.size() && named(tokens[at]) && !tokens[at].is("on")) step.index = tokens[at++].text;
  if (step.index.empty()) {
    throw Failure(ExitCode::failed, "looking at the script", file, "the index has no name, so that nobody could tell after a crash which one it is", "Nothing was run.",
                  "name the index: CREATE INDEX CONCURRENTLY name ON …");
  }
  if (at < tokens.size() && tokens[at].is("on")) ++at;
  if (at < tokens.size() && tokens[at].is("only")) ++at;
  step.relation = name_at(tokens, at);
  return step;
}

bool StepState::done(const StepStatement& step) const {
  if (step.kind == StepStatement::Kind::create_index) return index.there && index.valid;
  return step.kind == StepStatement::Kind::drop_index && !index.there;
}

std::string StepState::proof(const StepStatement& step) const {
  if (step.kind == StepStatement::Kind::create_index) return "index " + index.identity + (index.there ? index.valid ? " is valid" : " is not valid" : " isn't there");
  if (step.kind == StepStatement::Kind::drop_index) return "index " + step.relation + (index.there ? " is still there" : " is gone");
  return leftovers.empty() ? "" : "index " + leftovers.front().identity + " is not valid";
}

StepState look_at(Session& session, const StepStatement& step) {
  using Kind = StepStatement::Kind;
  StepState state;
  if (step.kind == Kind::create_index || step.kind == Kind::drop_index) {
    const auto relation = found_by_script(session, step.relation);
    state.relation = !relation.empty();
    if (relation.empty()) return state;
    const bool create = step.kind == Kind::create_index;
    const auto rows = create ? session.query(std::string(kIndexes) + "c.relname = $1 AND c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = $2::pg_catalog.oid)", {step.index, relation})
                             : session.query(std::string(kIndexes) + "c.oid = $1::pg_catalog.oid", {relation});
    if (!rows.empty()) state.index = state_of(rows[0]);
    // A DROP that was cut off leaves it invalid too, and is simply run again.
    if (create && state.index.there && !state.index.valid) state.leftovers.push_back(state.index);
  } else if (step.kind == Kind::reindex) {
    for (const auto& row : session.query(std::string(kIndexes) + "NOT x.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname !~ '^pg_toast' AND (t.relname = ANY ($1::pg_catalog.name[])"
                                         " OR n.nspname = ANY ($1::pg_catalog.name[]) OR pg_catalog.regexp_replace(c.relname, '_cc(new|old)[0-9]*$', '') = ANY ($1::pg_catalog.text[])) ORDER BY 1", {postgres::array_literal(step.names)})) state.leftovers.push_back(state_of(row));
  }
  return state;
}

}  // namespace tidemark::engine::schema
