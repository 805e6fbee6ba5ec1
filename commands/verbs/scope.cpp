#include "commands/verbs/scope.h"

#include <cmath>
#include <fstream>
#include <iostream>
#include <set>

#include "commands/verbs/tell.h"
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

std::string seconds_text(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return "about " + std::to_string(std::lround(seconds)) + " s";
  return "about " + std::to_string(std::lround(seconds / 60)) + " min";
}

void print_some(const char* what, const std::vector<std::string>& some, std::uint64_t all) {
  for (const auto& text : some) line(std::string("  ") + what + text);
  if (all > some.size() && !some.empty()) line("  …         and " + grouped(static_cast<std::int64_t>(all - some.size())) + " more");
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

void print_preview(const Preview& preview) {
  const auto& result = preview.result;
  print_some("profile   ", preview.profiles, result.subjects);
  print_some("row       ", preview.rows, result.rows);
  print_conflicts(result.conflicts);
  if (result.edited_sources > 0) line("  note      " + amount(result.edited_sources, "source") + " edited since it was converted; this is no conflict");
  if (preview.seconds) line("  time      " + seconds_text(*preview.seconds) + ", judging by earlier runs");
}

Json conflicts_json(const std::vector<engine::rollback::Conflict>& conflicts) {
  Json list = Json::array();
  for (const auto& c : conflicts) list.push(Json::object({{"subject", c.subject}, {"table", c.table}, {"key", c.key}, {"kind", c.kind}}));
  return list;
}

void print_conflicts(const std::vector<engine::rollback::Conflict>& conflicts) {
  for (std::size_t i = 0; i < conflicts.size() && i < Preview::kShown; ++i) {
    const auto& c = conflicts[i];
    line("  conflict  profile " + printable(c.subject) + ": " + c.table + " " + printable(c.key) + " is " + c.kind + ": " + std::string(engine::rollback::explain(c.kind)) +
         (c.answer.empty() ? "" : " (" + printable(c.answer) + ")"));
  }
  if (conflicts.size() > Preview::kShown) line("  …         and " + grouped(static_cast<std::int64_t>(conflicts.size() - Preview::kShown)) + " more");
}

void print_rest(const engine::rollback::RollbackResult& result) {
  print_conflicts(result.conflicts);
  for (std::size_t i = 0; i < result.left.size() && i < Preview::kShown; ++i) line("  left      " + printable(result.left[i]) + " (rows locked by another session)");
}

}  // namespace tidemark::commands
