#pragma once
/// Phase 3: the test commands of the application, run one after the other; what their results say, by the runner's own file or output.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "engine/runbook/child_database.h"
#include "engine/runbook/test_results.h"
#include "journal/event.h"

namespace tidemark::engine::runbook {

enum class TestFormat { tap, junit, jest, pattern };
std::string_view word(TestFormat format);

struct TestCommand {
  std::string name;
  std::string command;    ///< a line for sh
  std::string directory;  ///< empty: ours
  std::map<std::string, std::string> environment;
  bool database = false;  ///< gets DATABASE_URL; without it only what has no secret is inherited
  std::chrono::milliseconds limit{1'200'000};
  TestFormat format = TestFormat::tap;
  TestPatterns patterns;
  std::string results;    ///< the file that the runner writes; empty: its standard output
  double more_than = 95;  ///< percent
  std::vector<std::string> expected_failures;
  bool operator==(const TestCommand&) const = default;
};

struct TestRun {
  TestVerdict verdict;
  ChildEnd end;
  bool stopped() const { return end.how == ChildEnd::How::stopped; }
};

/// Runs one. @param line gets each line that it writes, of both streams.  @param database given where the command wants it
TestRun run_tests(const TestCommand& command, const ChildDatabase* database, const std::vector<std::string>& secrets, Executor& executor, const StopFlag& stop, const Clock& clock,
                  const std::function<void(ChildStream, std::string_view)>& line);

journal::TestsRan event_of(const TestCommand& command, const TestRun& run, const std::string& output_file);

}  // namespace tidemark::engine::runbook
