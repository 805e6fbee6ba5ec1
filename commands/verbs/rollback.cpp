#include <fstream>
#include <iostream>
#include <set>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/rollback/aftermath.h"
#include "engine/rollback/rollback.h"
#include "engine/schema/revert.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;

constexpr std::size_t kShown = 10;

std::string trimmed(std::string text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && space(text.back())) text.pop_back();
  std::size_t at = 0;
  while (at < text.size() && space(text[at])) ++at;
  return text.substr(at);
}

/// Ids of the command line and of the file, each once, in order.
std::vector<std::string> subjects_of(const Rollback& options) {
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

Json conflicts_json(const std::vector<engine::rollback::Conflict>& conflicts) {
  Json list = Json::array();
  for (const auto& c : conflicts) list.push(Json::object({{"subject", c.subject}, {"table", c.table}, {"key", c.key}, {"kind", c.kind}}));
  return list;
}

void print_conflicts(const std::vector<engine::rollback::Conflict>& conflicts) {
  for (std::size_t i = 0; i < conflicts.size() && i < kShown; ++i) {
    const auto& c = conflicts[i];
    line("  conflict  profile " + printable(c.subject) + ": " + c.table + " " + printable(c.key) + " is " + c.kind + (c.answer.empty() ? "" : " (" + printable(c.answer) + ")"));
  }
  if (conflicts.size() > kShown) line("  …         and " + std::to_string(conflicts.size() - kShown) + " more");
}

std::string amount(std::uint64_t n, const char* what) { return grouped(static_cast<std::int64_t>(n)) + " " + what + (n == 1 ? "" : "s"); }

int rows(Door& door, const Rollback& options) {
  engine::rollback::RollbackOptions scope;
  scope.subjects = subjects_of(options);
  scope.all = options.all;
  scope.on_conflict = static_cast<engine::rollback::OnConflict>(options.on_conflict);
  const auto& conversion = door.conversion();

  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  if (!journal) {
    throw Failure(ExitCode::failed, "rolling back", door.connection().display, "there is no journal of this target: nothing here was written by this program", "Nothing was written.",
                  "name the journal with --journal FILE");
  }
  if (const auto unknown = engine::rollback::unknown_subjects(*session, *journal, conversion, scope.subjects); !unknown.empty()) {
    throw Failure(ExitCode::failed, "rolling back", "profile " + unknown.front() + (unknown.size() > 1 ? " and " + std::to_string(unknown.size() - 1) + " more" : ""),
                  "no such profile, neither in the journal nor in " + conversion.tables().source, "Nothing was written.", "check the ids; ids are compared as the server prints them");
  }
  const auto preview = engine::rollback::preview(*session, *journal, conversion, scope);
  if (options.dry_run) {
    if (door.globals.json) {
      print(Json::object({{"state", "dry_run"}, {"subjects", preview.subjects}, {"rows", preview.rows}, {"conflicts", conflicts_json(preview.conflicts)}}));
    } else {
      line("[DRY RUN] would undo " + amount(preview.rows, "row") + " of " + amount(preview.subjects, "profile") + " (" + conversion.name() + "); nothing was written");
      print_conflicts(preview.conflicts);
    }
    return 0;
  }
  const std::string question = "Undo " + amount(preview.rows, "row") + " of " + amount(preview.subjects, "profile") + " in " + door.connection().display + " (" +
                               amount(preview.conflicts.size(), "conflict") + ")?";
  if (!ask(question, door.globals.yes, "rolling back " + amount(preview.subjects, "profile"))) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  std::string arguments = options.all ? "--all" : std::to_string(scope.subjects.size()) + " profiles";
  auto run = door.begin("rollback", arguments, false);
  door.console().begin("rollback", preview.subjects, 0);
  engine::rollback::RollbackResult result;
  door.during(*run, [&] { result = engine::rollback::rollback(door.environment(), *run, conversion, scope); });
  const ExitCode code = result.stopped || !result.left.empty() ? ExitCode::paused : result.conflicts.empty() ? ExitCode::done : ExitCode::conflicts;
  const std::string state = code == ExitCode::paused ? "paused" : "done";
  std::optional<engine::rollback::Aftermath> aftermath;
  if (options.all) aftermath = engine::rollback::aftermath(run->connection().session(), run->reader(), conversion);
  run->finish(code, state);
  if (door.globals.json) {
    Json json = Json::object({{"state", state}, {"subjects", result.subjects}, {"rows", result.rows}, {"conflicts", conflicts_json(result.conflicts)},
                              {"untouched", result.untouched}, {"left", static_cast<std::uint64_t>(result.left.size())}});
    if (aftermath) json.set("check", Json::object({{"own_rows", aftermath->own_rows}, {"users_rows", aftermath->users_rows}, {"sources", aftermath->sources}}));
    print(json);
    return static_cast<int>(code);
  }
  line("rollback: " + state + ", " + amount(result.rows, "row") + " of " + amount(result.subjects, "profile") + " undone, " + amount(result.conflicts.size(), "conflict"));
  print_conflicts(result.conflicts);
  if (result.untouched > 0) line("  nothing   " + amount(result.untouched, "profile") + " had no rows of ours");
  for (std::size_t i = 0; i < result.left.size() && i < kShown; ++i) line("  left      " + printable(result.left[i]) + " (rows locked by another session)");
  if (aftermath) {
    line("  check     our rows " + grouped(static_cast<std::int64_t>(aftermath->own_rows)) + ", users' own " + grouped(static_cast<std::int64_t>(aftermath->users_rows)) + " left, sources " +
         grouped(static_cast<std::int64_t>(aftermath->sources)));
  }
  return static_cast<int>(code);
}

int schema(Door& door, const Rollback& options) {
  const auto folders = door.migrations();
  const auto session = door.reading().connect("rollback", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  const auto steps = engine::schema::plan_revert(*session, folders, journal.get(), options.to);
  Json names = Json::array();
  if (options.dry_run || steps.empty()) {
    for (const auto& step : steps) names.push(step.name);
    if (door.globals.json) {
      print(Json::object({{"state", options.dry_run ? "dry_run" : "done"}, {"migrations", names}, {"subjects", 0}, {"rows", 0}, {"conflicts", Json::array()}}));
      return 0;
    }
    if (steps.empty()) line("nothing to undo after " + printable(options.to));
    for (const auto& step : steps) line("[DRY RUN] would undo " + printable(step.name) + " by " + printable(step.source));
    return 0;
  }
  if (!ask("Undo " + amount(steps.size(), "migration") + " in " + door.connection().display + ", down to " + options.to + "?", door.globals.yes, "undoing migrations")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("rollback", "--to " + options.to, false);
  engine::schema::RevertReport report;
  door.during(*run, [&] { report = engine::schema::revert_to(door.environment(), *run, folders, options.to); });
  const auto code = report.stopped ? ExitCode::paused : ExitCode::done;
  run->finish(code, report.stopped ? "paused" : "done");
  if (door.globals.json) {
    for (const auto& name : report.reverted) names.push(name);
    print(Json::object({{"state", report.stopped ? "paused" : "done"}, {"migrations", names}, {"subjects", 0}, {"rows", 0}, {"conflicts", Json::array()}}));
  } else {
    for (const auto& name : report.reverted) line("✔ Undone migration: " + printable(name));
  }
  return static_cast<int>(code);
}

}  // namespace

int run(Door& door, const Rollback& options) { return options.to.empty() ? rows(door, options) : schema(door, options); }

}  // namespace tidemark::commands
