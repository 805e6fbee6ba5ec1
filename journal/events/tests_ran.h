#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::journal {

/// A command of the integration tests ran, and this is what its results say. Its whole output stands in a file.
struct TestsRan {
  static constexpr std::uint16_t kCode = 40;
  static constexpr std::string_view kKind = "tests_ran";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;       ///< of the command in the configuration
  std::string command;
  std::string format;     ///< what the counts were read from: junit, tap, jest, pattern
  std::string verdict;    ///< met, not_met; stopped: a stop was asked for in the middle
  std::string detail;     ///< one line: the counts, or why they can't be trusted
  std::string end;        ///< "exit code 1", "ended after its limit of 600 s"
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;               ///< without the expected ones
  std::uint64_t skipped = 0;
  std::uint64_t expected_failed = 0;      ///< named in expected_failures, and failed
  std::vector<std::string> failures;      ///< names of the failed, the first 100
  std::vector<std::string> unexpectedly_passed;  ///< named in expected_failures, and passed
  std::uint64_t ms = 0;
  std::string output_file;                ///< what it wrote; empty: not kept
  template <class A>
  void fields(A& a, std::uint32_t) {
    a(name, command, format, verdict, detail, end, passed, failed, skipped, expected_failed, failures, unexpectedly_passed, ms, output_file);
  }
  bool operator==(const TestsRan&) const = default;
};

}  // namespace tidemark::journal
