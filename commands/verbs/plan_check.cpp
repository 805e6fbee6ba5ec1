// What was reviewed is what runs.
#include <fstream>

#include "commands/verbs/door.h"
#include "commands/verbs/plan.h"
#include "commands/verbs/tell.h"
#include "journal/chain.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::Failure;

engine::conversion::PlanFile read_plan(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw Failure(ExitCode::failed, "reading the plan", file, "the file can't be opened", "Nothing was written.", "tidemark plan --out " + file);
  return engine::conversion::read_plan_file(in, file);
}

std::optional<Expected> expected_plan(const std::string& plan, const std::string& hash, const std::string& known_file) {
  if (!plan.empty()) {
    auto file = read_plan(plan);
    return Expected{file.hash, std::move(file)};
  }
  if (hash.empty()) return std::nullopt;
  const auto digest = journal::parse_digest(hash);
  if (!digest) throw Failure(ExitCode::usage, "reading the command line", "--expect-plan " + hash, "a plan's hash has 64 hex digits", "Nothing was done.", "tidemark plan prints it");
  Expected expected{*digest, std::nullopt};
  if (!known_file.empty() && std::ifstream(known_file)) {
    auto file = read_plan(known_file);
    if (file.hash == *digest) expected.file = std::move(file);
  }
  return expected;
}

std::string shown(const engine::conversion::PlanChange& change) {
  return "profile " + printable(change.key) + ": " + (change.then.empty() ? "was not in the plan" : "was " + change.then) + "; " + (change.now.empty() ? "now nothing to do" : "now " + change.now) +
         (change.then.empty() || change.now.empty() ? "" : change.source_changed ? " (its source changed)" : " (the same source, other links there)");
}

void hold_to_plan(Door& door, engine::WritingRun& run, const Expected& expected) {
  const auto& conversion = door.conversion();
  const auto& reader = run.reader();
  journal::Seq sealed = 0;
  journal::Filter filter;
  filter.kind = journal::PlanSealed::kCode;
  reader.for_each(filter, [&](const journal::Record& record) {
    if (std::get<journal::PlanSealed>(journal::decode(record)).plan == expected.hash) sealed = record.seq;
    return true;
  });
  if (sealed != 0) {
    bool begun = false;
    reader.for_each_unit([&](const journal::UnitInfo& unit) {
      begun = unit.name == conversion.name() && unit.state == journal::UnitState::committed && unit.intent > sealed;
      return !begun;
    });
    if (begun) return;  // a part of it is converted: what is left was reviewed, too
  }
  std::optional<engine::conversion::PlanComparison> reviewed;
  if (expected.file) reviewed.emplace(*expected.file);
  const auto session = door.reading().connect("plan", true);
  const auto made = make_plan(door, *session, &reader, {"", false, 0, reviewed ? &*reviewed : nullptr});
  if (made.result.hash == expected.hash) {
    if (sealed == 0) {
      run.journal().append(journal::PlanSealed{expected.hash, made.result.planned});
      run.journal().flush();
    }
    return;
  }
  std::string answer = "the data are not as they were reviewed: the plan is now " + journal::hex(made.result.hash);
  if (reviewed) {
    const auto changes = reviewed->changes();
    answer += changes.empty() ? "; no profile differs: the program or the mapping is another one" : "; " + std::to_string(changes.size()) + " profiles differ";
    for (std::size_t i = 0; i < changes.size() && i < 20; ++i) answer += "\n" + shown(changes[i]);
  }
  throw PlanChanged(ExitCode::inconclusive, "holding the plan against the data", journal::hex(expected.hash), answer, "Nothing was converted.", "tidemark plan --out FILE; review it; tidemark convert --plan FILE");
}

}  // namespace tidemark::commands
