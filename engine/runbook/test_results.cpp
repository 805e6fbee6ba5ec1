#include "engine/runbook/test_results.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

namespace tidemark::engine::runbook {
namespace {

using Outcome = TestCase::Outcome;

std::string number(std::uint64_t n, const char* what) { return std::to_string(n) + " " + what; }

std::string names(const std::vector<std::string>& list) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 3); ++i) text += (i == 0 ? "" : ", ") + list[i];
  return text + (list.size() > 3 ? ", …" : "");
}

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// @return false: it doesn't match anywhere
bool last_number(std::string_view output, const std::string& pattern, std::uint64_t& into) {
  const RE2 expression(pattern, quiet());
  re2::StringPiece rest(output.data(), output.size());
  std::string digits;
  bool found = false;
  while (RE2::FindAndConsume(&rest, expression, &digits)) {
    std::uint64_t value = 0;
    if (digits.empty() || digits.size() > 15 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    into = value;
    found = true;
  }
  return found;
}

}  // namespace

std::uint64_t TestResults::count(Outcome outcome) const {
  const auto n = static_cast<std::uint64_t>(std::count_if(cases.begin(), cases.end(), [&](const auto& one) { return one.outcome == outcome; }));
  return n + (outcome == Outcome::passed ? passed : outcome == Outcome::failed ? failed : skipped);
}

bool names_a_file(std::string_view test) {
  if (test.empty() || test[0] != '/') return false;
  return std::ranges::any_of(std::array{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"}, [&](const char* end) { return test.ends_with(end); });
}

std::string wrong_patterns(const TestPatterns& patterns) {
  if (patterns.passed.empty()) return "`passed` is needed: without it nothing says how many tests there were";
  for (const auto* pattern : {&patterns.passed, &patterns.failed, &patterns.skipped}) {
    if (pattern->empty()) continue;
    const RE2 expression(*pattern, quiet());
    if (!expression.ok()) return *pattern + ": " + expression.error();
    if (expression.NumberOfCapturingGroups() != 1) return *pattern + ": it must have one group, around the number, such as (\\d+) passing";
  }
  return "";
}

TestResults read_by_pattern(std::string_view output, const TestPatterns& patterns) {
  TestResults results;
  if (!last_number(output, patterns.passed, results.passed)) results.problem = "nothing in the output matches " + patterns.passed;
  if (!patterns.failed.empty()) last_number(output, patterns.failed, results.failed);  // runners leave the line out when there is none
  if (!patterns.skipped.empty()) last_number(output, patterns.skipped, results.skipped);
  return results;
}

TestVerdict judge(const TestResults& results, const ChildEnd& end, const std::vector<std::string>& expected_failures, double more_than) {
  TestVerdict verdict;
  std::set<std::string> seen;
  const std::set<std::string> expected(expected_failures.begin(), expected_failures.end());
  for (const auto& one : results.cases) {
    const auto by = expected.contains(one.name) ? one.name : expected.contains(one.shown()) ? one.shown() : "";
    if (!by.empty()) seen.insert(by);
    if (one.outcome == Outcome::failed && !by.empty()) ++verdict.expected_failed;
    else if (one.outcome == Outcome::failed) verdict.failures.push_back(one.shown());
    else if (one.outcome == Outcome::passed && !by.empty()) verdict.unexpectedly_passed.push_back(one.shown());
  }
  for (const auto& name : expected) {
    if (!seen.contains(name)) verdict.not_seen.push_back(name);
  }
  verdict.passed = results.count(Outcome::passed);
  verdict.skipped = results.count(Outcome::skipped);
  verdict.failed = results.count(Outcome::failed) - verdict.expected_failed;
  const auto counted = verdict.passed + verdict.failed;
  const double percent = counted == 0 ? 0 : 100.0 * static_cast<double>(verdict.passed) / static_cast<double>(counted);

  std::string why;
  const auto because = [&](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
  if (end.how != ChildEnd::How::exited) because(end.what);
  if (!results.problem.empty()) because(results.problem);
  if (counted == 0) because(verdict.expected_failed > 0 ? "only tests that are expected to fail ran" : "no test ran");
  // The runner itself says that something is wrong, and no test does: a crash that its results don't show.
  if (end.how == ChildEnd::How::exited && end.code != 0 && verdict.failed + verdict.expected_failed == 0 && counted > 0) because(end.what + " though no test failed");
  char share[80];
  // Cut, not rounded: 94.96 % must not read as 95.0.
  std::snprintf(share, sizeof share, " (%.1f %%; more than %.4g %% are wanted)", static_cast<double>(static_cast<std::uint64_t>(percent * 10)) / 10, more_than);
  verdict.met = why.empty() && percent > more_than;
  verdict.detail = why.empty() ? "" : why + ": ";
  verdict.detail += number(verdict.passed, "of ") + std::to_string(counted) + " tests passed" + (counted == 0 ? "" : share);
  if (!verdict.failures.empty()) verdict.detail += "; failed: " + names(verdict.failures);
  if (verdict.skipped > 0) verdict.detail += "; " + number(verdict.skipped, "skipped");
  if (verdict.expected_failed > 0) verdict.detail += "; " + number(verdict.expected_failed, "failed as expected");
  if (!verdict.unexpectedly_passed.empty()) verdict.detail += "; expected to fail, and passed: " + names(verdict.unexpectedly_passed);
  if (!verdict.not_seen.empty()) verdict.detail += "; expected to fail, and not among the tests: " + names(verdict.not_seen);
  return verdict;
}

}  // namespace tidemark::engine::runbook
