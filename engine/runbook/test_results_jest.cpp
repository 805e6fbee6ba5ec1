// The JSON of vitest and jest: one form, jest's.
#include "engine/runbook/json_text.h"
#include "engine/runbook/test_results.h"

namespace tidemark::engine::runbook {
namespace {

using Outcome = TestCase::Outcome;
using nlohmann::ordered_json;

std::string text(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string first_line(const std::string& text) {
  const auto line = text.substr(0, text.find('\n'));
  return line.size() > 200 ? line.substr(0, 200) + "…" : line;
}

const ordered_json& list(const ordered_json& object, const char* key) {
  static const ordered_json kNone = ordered_json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

}  // namespace

TestResults read_jest(std::string_view json) {
  TestResults results;
  const auto root = read_json(json);
  if (!root || !root->is_object() || !root->contains("testResults")) {
    results.problem = "this is no whole JSON of jest or vitest";
    return results;
  }
  for (const auto& file : list(*root, "testResults")) {
    if (!file.is_object()) continue;
    const auto path = text(file, "name");
    const auto name = path.substr(path.rfind('/') + 1);
    bool failed = false;
    for (const auto& test : list(file, "assertionResults")) {
      if (!test.is_object()) continue;
      const auto status = text(test, "status");
      const auto outcome = status == "passed" ? Outcome::passed : status == "failed" ? Outcome::failed : Outcome::skipped;
      failed = failed || outcome == Outcome::failed;
      results.cases.push_back({outcome, name, text(test, "fullName")});
    }
    // A file that couldn't be loaded is told here alone: it has no test, and vitest counts none as failed.
    if (text(file, "status") == "failed" && !failed) results.cases.push_back({Outcome::failed, name, "the file itself: " + first_line(text(file, "message"))});
  }
  if (const auto cut = root->find("wasInterrupted"); cut != root->end() && *cut == true) results.problem = "the run was interrupted";
  return results;
}

}  // namespace tidemark::engine::runbook
