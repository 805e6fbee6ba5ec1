#include "commands/verbs/scope.h"

#include <fstream>
#include <iostream>
#include <set>

#include "commands/verbs/tell.h"
#include "engine/rollback/rollback.h"
#include "engine/audit/moment.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;
using engine::rollback::Bound;

std::string trimmed(std::string text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && space(text.back())) text.pop_back();
  std::size_t at = 0;
  while (at < text.size() && space(text[at])) ++at;
  return text.substr(at);
}

/// Ids of the command line and of the file, each once, in order. nullopt: none were asked for.
std::optional<std::vector<std::string>> named(const RowScope& options) {
  if (options.profiles.empty() && options.profiles_from.empty()) return std::nullopt;
  std::vector<std::string> ids;
  std::set<std::string> seen;
  const auto take = [&](const std::string& id) {
    if (!id.empty() && seen.insert(id).second) ids.push_back(id);
  };
  for (const auto& id : options.profiles) take(id);
  if (!options.profiles_from.empty()) {
    std::ifstream file;
    if (options.profiles_from != "-") {
      file.open(options.profiles_from);
      if (!file) throw Failure(ExitCode::failed, "reading profile ids", options.profiles_from, "the file can't be read", "Nothing was written.", "one id a line; - is standard input");
    }
    std::istream& in = options.profiles_from == "-" ? std::cin : file;
    for (std::string text; std::getline(in, text);) take(trimmed(text));
    if (ids.empty()) throw Failure(ExitCode::failed, "reading profile ids", options.profiles_from, "there is no id in it", "Nothing was written.", "one id a line");
  }
  return ids;
}

Bound bound(const std::string& option, const std::string& text) {
  if (text.empty()) return {};
  const auto moment = engine::audit::parse_moment(text, engine::Clock::system().utc());
  if (!moment) {
    throw Failure(ExitCode::usage, "reading the command line", option + " " + text, "this is neither an event nor a time", "Nothing was done.",
                  "an event is #123, a time 2026-11-22T02:13:00Z or (local, the last time the clock showed it) 02:13");
  }
  return {moment->event, moment->time};
}

}  // namespace

std::string amount(std::uint64_t n, const char* what) { return grouped(static_cast<std::int64_t>(n)) + " " + what + (n == 1 ? "" : "s"); }

engine::rollback::Scope scope_of(Door& door, engine::Session& session, const journal::Reader& journal, const RowScope& options) {
  const auto& conversion = door.conversion();
  engine::rollback::Scope scope;
  scope.run = options.run;
  scope.since = bound("--since", options.since);
  scope.until = bound("--until", options.until);
  scope.rejected = options.rejected;
  if (scope.run != 0 && !journal.run(scope.run)) {
    throw Failure(ExitCode::failed, "choosing profiles", "run #" + std::to_string(scope.run), "the journal knows no run of this number", "Nothing was written.", "tidemark audit log --kind run_started");
  }
  engine::rollback::ScopeRequest request;
  request.subjects = named(options);
  request.users = options.users;
  request.where = options.where;
  request.statement_timeout_ms = door.configuration.limits.statement_timeout_ms;
  if (request.subjects) {
    if (const auto unknown = engine::rollback::unknown_subjects(session, journal, conversion, *request.subjects); !unknown.empty()) {
      throw Failure(ExitCode::failed, "choosing profiles", "profile " + unknown.front() + (unknown.size() > 1 ? " and " + std::to_string(unknown.size() - 1) + " more" : ""),
                    "no such profile, neither in the journal nor in " + conversion.tables().source, "Nothing was written.", "check the ids; ids are compared as the server prints them");
    }
  }
  scope.subjects = engine::rollback::resolve(session, journal, conversion, request);
  return scope;
}

std::string arguments_of(const RowScope& options, const engine::rollback::Scope& scope) {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : " ") + more; };
  if (options.all) add("--all");
  for (const auto& user : options.users) add("--user " + user);
  if (!options.where.empty()) add("--where " + options.where);
  if (options.run != 0) add("--run " + std::to_string(options.run));
  if (!options.since.empty()) add("--since " + options.since);
  if (!options.until.empty()) add("--until " + options.until);
  if (!options.rejected.empty()) add("--rejected " + options.rejected);
  if (scope.subjects) add("(" + amount(scope.subjects->size(), "profile") + ")");
  return text;
}

}  // namespace tidemark::commands
