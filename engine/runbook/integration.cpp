#include "engine/runbook/integration.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace tidemark::engine::runbook {
namespace {

constexpr std::size_t kMost = std::size_t{64} << 20;  ///< of results that are read

/// Which writing of a file this is; results that an earlier run left are no results.
struct Stamp {
  ino_t inode = 0;
  off_t size = 0;
  timespec written{};
  explicit Stamp(const std::string& path) {
    struct stat state {};
    if (::stat(path.c_str(), &state) != 0) return;
    inode = state.st_ino;
    size = state.st_size;
    written = state.st_mtim;
  }
  bool operator==(const Stamp& other) const {
    return inode == other.inode && size == other.size && written.tv_sec == other.written.tv_sec && written.tv_nsec == other.written.tv_nsec;
  }
};

std::string full(const TestCommand& command) {
  if (command.results.empty() || command.results[0] == '/' || command.directory.empty()) return command.results;
  return command.directory + "/" + command.results;
}

/// Between what npm says before and after: from the first line that begins so to the last that ends so.
std::string_view document_in(std::string_view output, std::string_view begins, char ends) {
  std::size_t from = output.starts_with(begins) ? 0 : output.find("\n" + std::string(begins));
  if (from == std::string_view::npos) return output;
  if (from != 0) ++from;
  const auto to = output.rfind(ends);
  return to == std::string_view::npos || to < from ? output.substr(from) : output.substr(from, to + 1 - from);
}

TestResults read(const TestCommand& command, std::string_view text, bool output) {
  switch (command.format) {
    case TestFormat::tap:
      return read_tap(text);
    case TestFormat::junit:
      return read_junit(output ? document_in(text, "<", '>') : text);
    case TestFormat::jest:
      return read_jest(output ? document_in(text, "{", '}') : text);
    case TestFormat::pattern:
      return read_by_pattern(text, command.patterns);
  }
  return {};
}

TestResults results_of(const TestCommand& command, const Stamp& before, const std::string& output, bool cut) {
  const auto file = full(command);
  const auto problem = [](const std::string& text) {
    TestResults results;
    results.problem = text;
    return results;
  };
  if (file.empty()) return cut ? problem("it wrote more than " + std::to_string(kMost >> 20) + " MiB: let it write its results to a file") : read(command, output, true);
  std::ifstream in(file, std::ios::binary);
  if (!in) return problem("its results are not there: " + file);
  if (Stamp(file) == before) return problem("its results are older than this run: " + file);
  std::ostringstream text;
  text << in.rdbuf();
  if (text.view().size() > kMost) return problem("its results are longer than " + std::to_string(kMost >> 20) + " MiB: " + file);
  return read(command, text.view(), false);
}

}  // namespace

std::string_view word(TestFormat format) {
  static constexpr std::string_view kWords[] = {"tap", "junit", "jest", "pattern"};
  return kWords[static_cast<int>(format)];
}

TestRun run_tests(const TestCommand& command, const ChildDatabase* database, const std::vector<std::string>& secrets, Executor& executor, const StopFlag& stop, const Clock& clock,
                  const std::function<void(ChildStream, std::string_view)>& line) {
  ChildCommand child;
  child.argv = {"/bin/sh", "-c", command.command};
  child.directory = command.directory;
  for (const auto& [name, value] : command.environment) child.environment[name] = value;
  child.secrets = secrets;
  child.limit = command.limit;
  if (database) database->give(child);
  const Stamp before(full(command));
  std::string output;
  bool cut = false;
  TestRun run;
  run.end = run_child(child, executor, stop, clock, [&](ChildStream stream, std::string_view text) {
    line(stream, text);
    if (stream != ChildStream::out && command.format != TestFormat::pattern) return;  // jest's summary stands on standard error
    cut = cut || output.size() + text.size() > kMost;
    if (!cut) (output += text) += '\n';
  });
  TestResults results;
  if (run.end.how != ChildEnd::How::not_started) results = results_of(command, before, output, cut);
  run.verdict = judge(results, run.end, command.expected_failures, command.more_than);
  return run;
}

journal::TestsRan event_of(const TestCommand& command, const TestRun& run, const std::string& output_file) {
  const auto& verdict = run.verdict;
  auto failures = verdict.failures;
  if (failures.size() > 100) failures.resize(100);
  return {command.name, command.command, std::string(word(command.format)), run.stopped() ? "stopped" : verdict.met ? "met" : "not_met", verdict.detail, run.end.what,
          verdict.passed, verdict.failed, verdict.skipped, verdict.expected_failed, failures, verdict.unexpectedly_passed, static_cast<std::uint64_t>(run.end.lasted.count()), output_file};
}

}  // namespace tidemark::engine::runbook
