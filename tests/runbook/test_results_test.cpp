// What vitest, jest, node --test, prove and perl really wrote (tests/golden/test_results, made from its sources/).
#include "engine/runbook/test_results.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace tidemark::engine::runbook;
using Outcome = TestCase::Outcome;

namespace {

TestResults read(const std::string& name) {
  std::ifstream in(std::string(TIDEMARK_ROOT) + "/tests/golden/test_results/" + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  INFO(name);
  REQUIRE_FALSE(text.str().empty());
  if (name.ends_with(".xml")) return read_junit(text.str());
  if (name.ends_with(".tap")) return read_tap(text.str());
  return read_jest(text.str());
}

ChildEnd exited(int code) { return {ChildEnd::How::exited, code, "exit code " + std::to_string(code), {}}; }

TestResults some(std::uint64_t passed, std::uint64_t failed) {
  TestResults results;
  for (std::uint64_t i = 0; i < passed; ++i) results.cases.push_back({Outcome::passed, "api", "p" + std::to_string(i)});
  for (std::uint64_t i = 0; i < failed; ++i) results.cases.push_back({Outcome::failed, "api", "f" + std::to_string(i)});
  return results;
}

}  // namespace

TEST_CASE("what real test runners wrote is counted") {
  // The crash of jest_mixed.xml stands in the exit code alone: jest-junit leaves out a file that couldn't be loaded.
  const auto [name, passed, failed, skipped, problem] = GENERATE(table<std::string, unsigned, unsigned, unsigned, std::string>({
      {"vitest_green.json", 2, 0, 0, ""},
      {"vitest_mixed.json", 2, 2, 2, ""},
      {"vitest_zero.json", 0, 0, 0, ""},
      {"vitest_green.xml", 2, 0, 0, ""},
      {"vitest_mixed.xml", 2, 2, 2, ""},
      {"vitest_zero.xml", 0, 0, 0, ""},
      {"vitest_mixed.tap", 2, 2, 2, ""},
      {"jest_green.json", 2, 0, 0, ""},
      {"jest_mixed.json", 1, 2, 2, ""},
      {"jest_mixed.xml", 2, 1, 1, ""},  // it writes a test.todo as one that passed
      {"jest_zero.json", 0, 0, 0, ""},
      {"node_mixed.tap", 2, 1, 2, ""},
      {"node_mixed.xml", 2, 1, 2, ""},
      {"node_crash.tap", 0, 1, 0, ""},
      {"node_crash.xml", 0, 1, 0, ""},
      {"node_zero.tap", 0, 0, 0, ""},
      {"perl_mixed.tap", 1, 1, 2, ""},
      {"perl_crash.tap", 2, 0, 0, "4 tests were planned, and 2 ran"},
      {"perl_zero.tap", 0, 0, 0, ""},
      {"prove_mixed.tap", 1, 1, 2, ""},
      {"prove_crash.tap", 2, 0, 0, "4 tests were planned, and 2 ran"},
      {"prove_zero.tap", 0, 0, 0, "there is no TAP in the output"},
      {"prove_two.tap", 4, 1, 0, ""},
      {"prove_quiet.tap", 0, 0, 0, "there is no TAP in the output"},
  }));
  CAPTURE(name);
  const auto results = read(name);
  std::string cases;
  for (const auto& one : results.cases) cases += one.shown() + "\n";
  CAPTURE(cases);
  CHECK(results.count(Outcome::passed) == passed);
  CHECK(results.count(Outcome::failed) == failed);
  CHECK(results.count(Outcome::skipped) == skipped);
  CHECK(results.problem == problem);
}

TEST_CASE("tests have names that a person can put into expected_failures") {
  const auto failed = [](const std::string& name) {
    std::vector<std::string> names;
    for (const auto& one : read(name).cases) {
      if (one.outcome == Outcome::failed) names.push_back(one.shown());
    }
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(failed("vitest_mixed.json") == Names{"crash.test.mjs > the file itself: crash while loading", "links.test.mjs > links refuses <41> characters & \"quotes\""});
  CHECK(failed("vitest_mixed.xml") == Names{"crash.test.mjs > crash.test.mjs", "links.test.mjs > links > refuses <41> characters & \"quotes\""});
  CHECK(failed("node_mixed.tap") == Names{"links > refuses # and \\ marks"});
  CHECK(failed("node_mixed.xml") == Names{"links > refuses # and \\ marks"});
  CHECK(failed("prove_two.tap") == Names{"links > refuses"});
}

TEST_CASE("results that aren't whole are a problem at each length") {
  for (const auto* name : {"vitest_mixed.json", "jest_mixed.json", "vitest_mixed.xml", "jest_mixed.xml", "node_mixed.xml"}) {
    std::ifstream in(std::string(TIDEMARK_ROOT) + "/tests/golden/test_results/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string whole = text.str();
    const auto end = whole.find_last_of("}>");
    const bool xml = std::string(name).ends_with(".xml");
    for (std::size_t size = 0; size <= end; size += 97) {
      CAPTURE(name, size);
      CHECK_FALSE((xml ? read_junit(whole.substr(0, size)) : read_jest(whole.substr(0, size))).problem.empty());
    }
  }
  CHECK(read_tap("TAP version 13\nok 1 - a\n").problem == "cut short: 1 tests without a plan");
  CHECK(read_tap("1..3\nok 1\nok 2\nBail out! no database\n").problem == "Bail out! no database");
  CHECK_FALSE(read_junit("<html><body>502</body></html>").problem.empty());
  CHECK_FALSE(read_jest("[]").problem.empty());
}

TEST_CASE("TAP in braces, subtests of subtests, and a set-up that failed") {
  const auto nested = read_tap("1..1\nnot ok 1 - a.test # time=3ms {\n    1..2\n    ok 1 - x\n    not ok 2 - y\n}\n");
  CHECK(nested.problem.empty());
  CHECK(nested.count(Outcome::passed) == 1);
  CHECK(nested.count(Outcome::failed) == 1);
  const auto deep = read_tap("# Subtest: a\n    # Subtest: b\n        not ok 1 - c\n        1..1\n    not ok 1 - b\n    1..1\nnot ok 1 - a\n1..1\n");
  CHECK(deep.problem.empty());
  CHECK(deep.count(Outcome::failed) == 1);
  const auto set_up = read_tap("# Subtest: a\n    ok 1 - c\n    1..1\nnot ok 1 - a\n1..1\n");
  CHECK(set_up.count(Outcome::failed) == 1);
  CHECK(set_up.count(Outcome::passed) == 1);
  CHECK_FALSE(read_tap("1..1\nok 1 - a {\n    1..2\n    ok 1 - x\n").problem.empty());
}

TEST_CASE("a suite of JUnit that broke before its tests is a failure") {
  const auto results = read_junit(R"(<testsuite name="db" errors="1" tests="0"><system-err>no connection</system-err></testsuite>)");
  CHECK(results.count(Outcome::failed) == 1);
  const auto entity = read_junit(R"(<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="s"><testcase name="&a;"/></testsuite>)");
  CHECK(entity.cases.front().name == "&a;");
}

TEST_CASE("JUnit as others write it: suites in suites, errors, tests that are skipped and fail, files for tests") {
  const auto [xml, cases] = GENERATE(table<std::string, std::string>({
      {R"(<testsuites name="all"><testsuite name="a"><testsuite name="b"><testcase name="x"/></testsuite></testsuite></testsuites>)", "passed a > b > x\n"},
      {R"(<testsuite><testsuite name="b"><testcase name="x"/></testsuite></testsuite>)", "passed b > x\n"},
      {R"(<testsuite name="a"><testsuite><testcase name="x"/></testsuite></testsuite>)", "passed a > x\n"},
      {R"(<testsuite name="a"><error message="no connection"/></testsuite>)", "failed a\n"},
      {R"(<testsuite errors="2"/>)", "failed a suite without a name\n"},
      {R"(<testsuite name="a" errors="1"><testcase name="x"><error/></testcase></testsuite>)", "failed a > x\n"},
      {R"(<testsuite name="a"><testcase name="x"><failure/></testcase></testsuite>)", "failed a > x\n"},
      {R"(<testsuite name="a"><testcase name="x"><skipped/></testcase></testsuite>)", "skipped a > x\n"},
      {R"(<testsuite name="a"><testcase name="x"><skipped/><failure/></testcase></testsuite>)", "failed a > x\n"},
      {R"(<testsuite name="a"><testcase name="x"><skipped/><error/></testcase></testsuite>)", "failed a > x\n"},
      {R"(<testsuite name="a"><testcase name="x"><skipped type="todo"/><failure/></testcase></testsuite>)", "skipped a > x\n"},
      {R"(<testsuite name="a"><testcase name="/app/x.test.js"/><testcase name="y"/></testsuite>)", "passed a > y\n"},
      {R"(<testsuite name="a"><testcase name="/app/x.test.js"><failure/></testcase></testsuite>)", "failed a > /app/x.test.js\n"},
  }));
  CAPTURE(xml);
  const auto results = read_junit(xml);
  CHECK(results.problem.empty());
  std::string told;
  for (const auto& one : results.cases) told += std::string(one.outcome == Outcome::passed ? "passed " : one.outcome == Outcome::failed ? "failed " : "skipped ") + one.shown() + "\n";
  CHECK(told == cases);
}

TEST_CASE("JUnit nested without end is a problem") {
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "<testsuite name=\"s\">";
  deep += "<testcase name=\"x\"/>";
  for (int i = 0; i < 70; ++i) deep += "</testsuite>";
  CHECK(read_junit(deep).problem == "test suites stand in each other more than 64 deep");
}

TEST_CASE("jest's JSON with parts that aren't of its form") {
  const auto [json, passed, failed, skipped, problem] = GENERATE(table<std::string, unsigned, unsigned, unsigned, std::string>({
      {R"({"testResults": 7})", 0, 0, 0, ""},
      {R"({"testResults": ["x", {"name": "a", "assertionResults": ["y", {"status": "passed", "fullName": "z"}]}]})", 1, 0, 0, ""},
      {R"({"testResults": [{"name": 7, "assertionResults": {}, "status": "passed"}]})", 0, 0, 0, ""},
      {R"({"testResults": [{"assertionResults": [{"status": 7}, {"fullName": "without"}]}]})", 0, 0, 2, ""},
      {R"({"testResults": [{"name": "a", "status": "failed"}]})", 0, 1, 0, ""},
      {R"({"testResults": [], "wasInterrupted": false})", 0, 0, 0, ""},
      {R"({"testResults": [{"assertionResults": [{"status": "passed", "fullName": "z"}]}], "wasInterrupted": true})", 1, 0, 0, "the run was interrupted"},
  }));
  CAPTURE(json);
  const auto results = read_jest(json);
  CHECK(results.count(Outcome::passed) == passed);
  CHECK(results.count(Outcome::failed) == failed);
  CHECK(results.count(Outcome::skipped) == skipped);
  CHECK(results.problem == problem);
  const auto long_one = read_jest(R"({"testResults": [{"name": "/t/a.js", "status": "failed", "message": ")" + std::string(300, 'x') + R"(\nsecond line"}]})");
  CHECK(long_one.cases.at(0).shown() == "a.js > the file itself: " + std::string(200, 'x') + "…");
}

TEST_CASE("TAP with Windows' ends of lines, a second plan, marks in names and braces that close nothing") {
  const auto [text, cases, problem] = GENERATE(table<std::string, std::string, std::string>({
      {"1..2\r\nok 1 - a\r\nok 2 - b\r\n", "a b ", ""},
      {"1..1\nok 1 - a\n1..1\nok 1 - b\n", "a b ", ""},           // two files
      {"1..2\nok 1 - a\n1..1\nok 1 - b\n", "a b ", "2 tests were planned, and 1 ran"},
      {"ok\n1..1\n", "test 0 ", ""},
      {"1..1\nok 1 - a\n}\n", "a ", ""},
      {"}\n1..1\nok 1 - a\n", "a ", ""},
      {"1..1\nok 1 - a\\\\b\\#c\\d\\\n", "a\\b#c\\d\\ ", ""},
      {"1..1\nok 1 - a\n  ---\n  x: 1\n    ...\n  not ok: this is YAML\n  ...\n", "a ", ""},
      {"1..1234567890123456\nok 1 - a\n", "a ", "123456789012345 tests were planned, and 1 ran"},
  }));
  CAPTURE(text);
  const auto results = read_tap(text);
  std::string told;
  for (const auto& one : results.cases) told += one.name + " ";
  CHECK(told == cases);
  CHECK(results.problem == problem);
}

TEST_CASE("numbers by a pattern: the last place counts") {
  const TestPatterns patterns{R"((\d+) passing)", R"((\d+) failing)", R"((\d+) pending)"};
  CHECK(wrong_patterns(patterns).empty());
  const auto results = read_by_pattern("retry: 1 passing\n  40 passing (2s)\n  2 failing\n", patterns);
  CHECK(results.passed == 40);
  CHECK(results.failed == 2);
  CHECK(results.skipped == 0);
  CHECK_FALSE(read_by_pattern("Segmentation fault", patterns).problem.empty());
  const auto passing = [](const std::string& pattern, const std::string& output) { return read_by_pattern(output, {pattern, "", ""}); };
  CHECK(passing(R"((\d*) passing)", "7 passing,  passing").passed == 7);  // an empty place is none
  CHECK(passing(R"((\w+) passing)", "7 passing, all passing").passed == 7);
  CHECK(passing(R"((\d+) passing)", "7 passing, 1234567890123456 passing").passed == 7);
  CHECK(passing(R"((\w+) passing)", "all passing").problem == "nothing in the output matches (\\w+) passing");
  CHECK(passing(R"((\d+) passing)", "7 passing, 2 failing").failed == 0);
  CHECK_FALSE(wrong_patterns({"passing", "", ""}).empty());
  CHECK_FALSE(wrong_patterns({"(\\d+", "", ""}).empty());
  CHECK_FALSE(wrong_patterns({"", "(\\d+) failing", ""}).empty());
}

TEST_CASE("more than 95 percent, and nothing that hides a crash") {
  const auto [passed, failed, code, met] = GENERATE(table<unsigned, unsigned, int, bool>({
      {96, 4, 1, true},    // more than
      {95, 5, 1, false},   // not more than
      {19, 1, 1, false},
      {20, 1, 1, true},    // 95.2 %
      {100, 0, 0, true},
      {100, 0, 1, false},  // its exit code knows of something that no test shows
      {0, 0, 0, false},    // zero tests
      {0, 0, 1, false},
      {1, 0, 0, true},
  }));
  CAPTURE(passed, failed, code);
  const auto verdict = judge(some(passed, failed), exited(code), {}, 95);
  CAPTURE(verdict.detail);
  CHECK(verdict.met == met);
  CHECK(verdict.failures.size() == failed);
}

TEST_CASE("a share is cut, never rounded up to the limit") {
  CHECK(judge(some(9496, 504), exited(1), {}, 94.95).detail.find("94.9 %") != std::string::npos);
}

TEST_CASE("what ended otherwise isn't met, whatever its results say") {
  for (const auto how : {ChildEnd::How::signalled, ChildEnd::How::timed_out, ChildEnd::How::stopped, ChildEnd::How::not_started}) {
    const auto verdict = judge(some(100, 0), {how, 9, "ended after its limit of 2 s", {}}, {}, 95);
    CHECK_FALSE(verdict.met);
    CHECK(verdict.detail.starts_with("ended after its limit of 2 s"));
  }
  auto cut = some(100, 0);
  cut.problem = "cut short";
  CHECK_FALSE(judge(cut, exited(0), {}, 95).met);
}

TEST_CASE("expected failures count apart; those that pass, and those that aren't there, are named") {
  const auto verdict = judge(some(10, 2), exited(1), {"f0", "api > f1", "p3", "gone"}, 95);
  CHECK(verdict.met);
  CHECK(verdict.passed == 10);
  CHECK(verdict.failed == 0);
  CHECK(verdict.expected_failed == 2);
  CHECK(verdict.unexpectedly_passed == std::vector<std::string>{"api > p3"});
  CHECK(verdict.not_seen == std::vector<std::string>{"gone"});
  CHECK(verdict.detail.find("expected to fail, and passed: api > p3") != std::string::npos);
  const auto none = judge(some(0, 1), exited(1), {"f0"}, 95);
  CHECK_FALSE(none.met);
  CHECK(none.detail.find("only tests that are expected to fail ran") != std::string::npos);
}
