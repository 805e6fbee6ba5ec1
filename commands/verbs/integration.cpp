#include "commands/verbs/integration.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "commands/verbs/recording.h"
#include "commands/verbs/tell.h"

namespace tidemark::commands {
namespace {

using namespace engine::runbook;
using engine::ExitCode;

/// What the command writes, redacted; nobody else may read it.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : file_(open(path)) {}
  void line(const std::string& text) {
    if (file_) std::fprintf(file_.get(), "%s\n", text.c_str());
  }
  bool kept() const { return file_ != nullptr; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  static std::FILE* open(const std::string& path) {
    if (path.empty()) return nullptr;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 ? nullptr : ::fdopen(fd, "w");
  }
  std::unique_ptr<std::FILE, Close> file_;
};

/// "/…/valine.integration-20261123T021500Z-server.log"; empty: there is no journal to stand beside.
std::string output_path(const Recording& recording, const std::string& name) {
  if (recording.path().empty()) return {};
  auto stamp = to_string(engine::Clock::system().utc()).substr(0, 19) + "Z";
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  std::string safe;
  for (const char c : name) safe += std::isalnum(static_cast<unsigned char>(c)) || c == '_' ? c : '-';
  const std::filesystem::path journal(recording.path());
  return (journal.parent_path() / journal.stem()).string() + ".integration-" + stamp + "-" + safe + ".log";
}

Json names(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const auto& name : list) json.push(name);
  return json;
}

Json json_of(const Tested& one) {
  const auto& verdict = one.run.verdict;
  return Json::object({{"name", one.name}, {"ok", verdict.met}, {"detail", verdict.detail}, {"end", one.run.end.what}, {"passed", verdict.passed}, {"failed", verdict.failed},
                       {"skipped", verdict.skipped}, {"expected_failed", verdict.expected_failed}, {"failures", names(verdict.failures)},
                       {"unexpectedly_passed", names(verdict.unexpectedly_passed)}, {"not_seen", names(verdict.not_seen)},
                       {"seconds", static_cast<double>(one.run.end.lasted.count()) / 1000}, {"output_file", one.output_file.empty() ? Json() : Json(one.output_file)}});
}

}  // namespace

std::vector<Tested> tested(Door& door, const std::string& only, const std::function<void(const Tested&)>& told) {
  const auto& commands = door.configuration.integration.commands;
  const auto wanted = [&](const TestCommand& command) { return only.empty() || command.name == only; };
  if (std::none_of(commands.begin(), commands.end(), wanted)) {
    const std::string what = commands.empty() ? "no test command is configured" : "there is no [[integration.command]] of the name " + only;
    throw engine::Failure(ExitCode::usage, "running the integration tests", "[[integration.command]]", what, "Nothing was run.", "see \"Integration tests\" in the README");
  }
  Recording recording(door, "tidemark integration");
  const auto clock = engine::Clock::system();
  std::vector<Tested> all;
  for (const auto& command : commands) {
    if (!wanted(command)) continue;
    Tested one{command.name, output_path(recording, command.name), {}};
    OutputFile output(one.output_file);
    if (!output.kept()) one.output_file.clear();
    std::unique_ptr<ChildDatabase> database;
    if (command.database) database = std::make_unique<ChildDatabase>(door.connection().conninfo);
    door.console().say(engine::Observer::Level::info, command.name + ": " + command.command + (one.output_file.empty() ? "" : " (its output: " + one.output_file + ")"));
    const auto secrets = door.names_database() ? door.connection().secrets : std::vector<std::string>{};
    one.run = run_tests(command, database.get(), secrets, door.executor(), door.stop(), clock, [&](ChildStream, std::string_view text) {
      const auto shown = door.redactor(std::string(text));
      output.line(shown);
      door.console().say(engine::Observer::Level::info, command.name + " | " + shown);
    });
    auto& verdict = one.run.verdict;
    verdict.detail = door.redactor(verdict.detail);
    for (auto* list : {&verdict.failures, &verdict.unexpectedly_passed}) {
      for (auto& name : *list) name = door.redactor(name);
    }
    auto event = event_of(command, one.run, one.output_file);
    event.command = door.redactor(event.command);
    recording.record({event});
    told(one);
    all.push_back(std::move(one));
    if (all.back().run.stopped()) break;
  }
  return all;
}

void tell(const Tested& one) {
  const auto& verdict = one.run.verdict;
  const char* word = one.run.stopped() ? "stopped " : verdict.met ? "ok      " : "FAIL    ";
  line(word + printable(one.name + ": " + verdict.detail) + ", in " + clock_text(static_cast<double>(one.run.end.lasted.count()) / 1000));
  for (const auto& name : verdict.failures) line("          failed: " + printable(name));
  for (const auto& name : verdict.unexpectedly_passed) line("          expected to fail, and passed: " + printable(name));
  if (!verdict.met && !one.output_file.empty()) line("          its output: " + printable(one.output_file));
  std::fflush(stdout);
}

int run(Door& door, const Integration& options) {
  door.situation.verb = "integration";
  const auto all = tested(door, options.only, [&](const Tested& one) {
    if (!door.globals.json) tell(one);
  });
  const bool stopped = all.back().run.stopped();
  const bool ok = std::all_of(all.begin(), all.end(), [](const auto& one) { return one.run.verdict.met; });
  if (door.globals.json) {
    Json commands = Json::array();
    for (const auto& one : all) commands.push(json_of(one));
    print(Json::object({{"ok", ok}, {"stopped", stopped}, {"commands", std::move(commands)}}));
  } else {
    line(ok ? "integration passed" : stopped ? "integration stopped" : "integration FAILED");
  }
  return static_cast<int>(stopped ? ExitCode::paused : ok ? ExitCode::done : ExitCode::check);
}

}  // namespace tidemark::commands
