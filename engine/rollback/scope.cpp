#include "engine/rollback/scope.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/postgres/quote.h"
#include "engine/reading.h"

namespace tidemark::engine::rollback {
namespace {

constexpr const char* kNothing = "Nothing was written.";
constexpr const char* kPage = "10000";

bool within(const Mark& mark, const Scope& scope) {
  const auto& [since, until] = std::tie(scope.since, scope.until);
  if (since.event != 0 && mark.seq < since.event) return false;
  if (until.event != 0 && mark.seq > until.event) return false;
  if (since.time && mark.committed_at < *since.time) return false;
  return !until.time || mark.committed_at <= *until.time;
}

Keys keys_of_users(Session& session, const conversion::Conversion& conversion, const conversion::Binding& binding, const Keys& users) {
  const auto& tables = conversion.tables();
  if (!binding.source.parent) {
    throw Failure(ExitCode::usage, "looking for profiles of users", tables.source, "the conversion " + conversion.name() + " knows of no users", kNothing, "name the profiles with --profile ID");
  }
  const auto& parent = *binding.source.parent;
  SourceShape parents;
  parents.schema = parent.schema;
  parents.table = parent.table;
  parents.key = parent.key;
  parents.key_type = parent.key_type;
  Keys askable;
  std::copy_if(users.begin(), users.end(), std::back_inserter(askable), [&](const auto& user) { return conversion::can_be_key(parents, user); });
  const auto there = session.present(parents, askable);
  for (const auto& user : users) {
    if (std::find(there.begin(), there.end(), user) != there.end()) continue;
    throw Failure(ExitCode::failed, "looking for profiles of users", "user " + user, "there is no such row in " + parent.table, kNothing, "check the ids; ids are compared as the server prints them");
  }
  TableShape source;
  source.schema = binding.source.schema;
  source.name = binding.source.table;
  Keys keys;
  for (const auto& row : session.rows_where(source, {tables.key}, tables.source_columns.at(tables.parent_column), there)) keys.push_back(row.front().value_or(""));
  return keys;
}

Failure no_predicate(const TargetError& error, const std::string& where) {
  const std::string object = "--where " + where;
  const std::string_view state = error.sqlstate;
  if (state == "57014") {
    return {ExitCode::failed, "asking which profiles are meant", object, std::string(error.what()) + " (a predicate may take as long as limits.statement_timeout_ms says)", kNothing,
            "a predicate that an index can answer"};
  }
  const bool usage = state.starts_with("42") || state.starts_with("22") || state == "25006" || state == "21000" || state.starts_with("0A") || state == "08P01";
  return {usage ? ExitCode::usage : ExitCode::failed, "asking which profiles are meant", object, std::string(error.what()) + (error.sqlstate.empty() ? "" : " (" + error.sqlstate + ")"),
          kNothing, "one condition on the source table, which is called t there, such as: t.\"createdAt\" < '2026-01-01'"};
}

/// Both statements have a parameter: the extended protocol takes one statement only, so that no `;` begins a second one. Standing once in
/// brackets and once in parentheses, the text can't close either: it is one expression. A line end keeps a comment from reaching further.
Keys keys_where(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const conversion::Binding& binding,
                const std::string& where, int statement_timeout_ms) {
  const auto& source = binding.source;
  const std::string from = " FROM " + postgres::qualified(source.schema, source.table) + " AS t WHERE ";
  Keys keys;
  const Reading reading(session);
  try {
    const int limit = statement_timeout_ms > 0 ? statement_timeout_ms : 60000;
    session.limit_statements(limit);
    session.query("SELECT set_config('search_path', $1, true)", {postgres::quoted_name(source.schema)});
    session.query("SELECT (ARRAY[\n" + where + "\n])[1]" + from + "$1::boolean", {"false"});
    session.query("DECLARE tidemark_where NO SCROLL CURSOR FOR SELECT t." + postgres::quoted_name(source.key) + "::text" + from + "(\n" + where + "\n) AND $1::boolean", {"true"});
    while (true) {
      const auto page = session.query(std::string("FETCH FORWARD ") + kPage + " FROM tidemark_where");
      if (page.empty()) break;
      Keys found;
      for (const auto& row : page) found.push_back(row.front().value_or(""));
      const auto states = journal.subject_states(conversion.name(), found);
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (states[i].last != 0) keys.push_back(std::move(found[i]));
      }
    }
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection && error.sqlstate != "08P01") throw;  // that is said of a parameter that isn't there, too
    throw no_predicate(error, where);
  }
  return keys;
}

}  // namespace

bool matches(const Past& past, const Scope& scope, Direction direction) {
  const auto in_run = [&](const Mark& mark) { return scope.run == 0 || mark.run == scope.run; };
  const auto in_window = [&](const Mark& mark) { return within(mark, scope); };
  if (direction == Direction::undo) {
    if (!scope.rejected.empty() &&
        std::none_of(past.rejected.begin(), past.rejected.end(), [&](const auto& entry) { return entry.reason == scope.rejected; })) {
      return false;
    }
    if (scope.run == 0 && !scope.since && !scope.until) return true;
    return std::any_of(past.made.begin(), past.made.end(), [&](const Mark& mark) { return in_run(mark) && in_window(mark); });
  }
  if (!past.open || std::none_of(past.undone.begin(), past.undone.end(), in_window)) return false;
  return std::any_of(past.undone.begin(), past.undone.end(), in_run) || std::any_of(past.parked.begin(), past.parked.end(), in_run) ||
         std::any_of(past.made.begin(), past.made.end(), in_run);
}

Keys narrowed(const Keys& keys, const Keys& others) {
  const std::unordered_set<std::string> wanted(others.begin(), others.end());
  Keys both;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(both), [&](const auto& key) { return wanted.contains(key); });
  return both;
}

std::optional<Keys> resolve(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const ScopeRequest& request) {
  auto keys = request.subjects;
  const auto narrow = [&](Keys more) { keys = keys ? narrowed(*keys, more) : std::move(more); };
  if (request.users.empty() && request.where.empty()) return keys;
  const auto binding = conversion::bind(session, conversion, false);
  if (!request.users.empty()) narrow(keys_of_users(session, conversion, binding, request.users));
  if (!request.where.empty()) narrow(keys_where(session, journal, conversion, binding, request.where, request.statement_timeout_ms));
  return keys;
}

}  // namespace tidemark::engine::rollback
