// JUnit XML as vitest, jest-junit, node and others write it: there is no standard, only what they have in common.
#include <pugixml.hpp>

#include "engine/runbook/test_results.h"

namespace tidemark::engine::runbook {
namespace {

using Outcome = TestCase::Outcome;

constexpr int kDeepestSuite = 64;

void take(const pugi::xml_node& node, const std::string& suite, int depth, TestResults& results) {
  if (depth > kDeepestSuite) {
    results.problem = "test suites stand in each other more than " + std::to_string(kDeepestSuite) + " deep";
    return;
  }
  for (const auto& child : node.children()) {
    const std::string_view kind = child.name();
    if (kind == "testsuite" || kind == "testsuites") {
      const std::string name = child.attribute("name").value();
      const auto before = results.cases.size();
      take(child, kind == "testsuites" || name.empty() ? suite : suite.empty() ? name : suite + " > " + name, depth + 1, results);
      // A suite that broke before its tests, by a runner that gives it no case of its own.
      bool told = false;
      for (auto i = before; i < results.cases.size(); ++i) told = told || results.cases[i].outcome == Outcome::failed;
      if (kind == "testsuite" && !told && (child.attribute("errors").as_ullong() > 0 || child.child("error"))) {
        results.cases.push_back({Outcome::failed, suite, name.empty() ? "a suite without a name" : name});
      }
    } else if (kind == "testcase") {
      TestCase one{Outcome::passed, suite, child.attribute("name").value()};
      const auto skipped = child.child("skipped");
      // node writes a test that is still to be done, and fails, with both.
      if (skipped && (std::string_view(skipped.attribute("type").value()) == "todo" || (!child.child("failure") && !child.child("error")))) one.outcome = Outcome::skipped;
      else if (child.child("failure") || child.child("error")) one.outcome = Outcome::failed;
      if (one.outcome == Outcome::passed && names_a_file(one.name)) continue;
      results.cases.push_back(std::move(one));
    }
  }
}

}  // namespace

TestResults read_junit(std::string_view xml) {
  TestResults results;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed) {
    results.problem = std::string("this is no whole JUnit XML: ") + parsed.description() + ", at byte " + std::to_string(parsed.offset);
    return results;
  }
  const std::string_view root = document.document_element().name();
  if (root != "testsuites" && root != "testsuite") {
    results.problem = "this is no JUnit XML: its root is <" + std::string(root.substr(0, 40)) + ">";
    return results;
  }
  take(document, "", 0, results);
  return results;
}

}  // namespace tidemark::engine::runbook
