#pragma once
/// What a test runner wrote, read as tests that passed, failed or were skipped, and what that comes to. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runbook/process.h"

namespace tidemark::engine::runbook {

struct TestCase {
  enum class Outcome { passed, failed, skipped } outcome = Outcome::passed;
  std::string suite;  ///< or file; may be empty
  std::string name;
  std::string shown() const { return suite.empty() ? name : suite + " > " + name; }
  bool operator==(const TestCase&) const = default;
};

struct TestResults {
  std::vector<TestCase> cases;
  /// Of runners that give numbers only; beside the cases.
  std::uint64_t passed = 0, failed = 0, skipped = 0;
  std::string problem;  ///< why it isn't whole: cut short, a plan that wasn't kept; empty: it is

  std::uint64_t count(TestCase::Outcome outcome) const;
};

/// Bytes that aren't what they should be are a problem of the results, never an exception.
TestResults read_junit(std::string_view xml);
TestResults read_tap(std::string_view text);
/// What vitest and jest write with --json or --reporter=json.
TestResults read_jest(std::string_view json);

/// RE2, each with one group that holds a number; the last place where it matches counts. Empty: not counted.
struct TestPatterns {
  std::string passed, failed, skipped;
  bool operator==(const TestPatterns&) const = default;
};
/// @return why they can't be used; empty: they can
std::string wrong_patterns(const TestPatterns& patterns);
TestResults read_by_pattern(std::string_view output, const TestPatterns& patterns);

/// What node --test says of a file without a test: it "passed".
bool names_a_file(std::string_view test);

struct TestVerdict {
  bool met = false;
  std::string detail;  ///< one line
  std::uint64_t passed = 0, failed = 0, skipped = 0, expected_failed = 0;
  std::vector<std::string> failures, unexpectedly_passed, not_seen;  ///< not_seen: expected to fail, and not among the tests
};
/// Met: it ended by itself, its results are whole, and more than `more_than` percent of those that count passed. Those in
/// `expected_failures` (by name, or suite > name) that fail don't count.
TestVerdict judge(const TestResults& results, const ChildEnd& end, const std::vector<std::string>& expected_failures, double more_than);

}  // namespace tidemark::engine::runbook
