#include "engine/runbook/gate.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "engine/conversion/plan_file.h"
#include "engine/runbook/criteria.h"

using namespace tidemark;
using namespace tidemark::engine::runbook;

TEST_CASE("what a gate comes to: verdicts against a person's means") {
  using V = std::vector<std::string>;
  const std::optional<bool> none, same = true, other = false;
  const auto [verdicts, decision_point, yes, terminal, plan, move] = GENERATE_COPY(table<V, bool, bool, bool, std::optional<bool>, Move>({
      {{"met"}, false, false, false, none, Move::pass},
      {{}, false, false, false, none, Move::pass},
      {{"met", "not_met"}, false, true, true, none, Move::refuse},
      {{"not_met", "wanted"}, true, true, true, same, Move::refuse},
      {{"met", "unknown"}, false, false, false, none, Move::want},
      {{"met", "unknown"}, false, true, false, none, Move::approve},
      {{"met", "unknown"}, false, false, true, none, Move::ask},
      {{"met"}, true, false, false, none, Move::want},
      {{"met"}, true, true, false, none, Move::approve},
      {{"met"}, true, true, true, none, Move::approve},
      {{"met"}, true, false, true, none, Move::ask},
      {{"met"}, true, false, false, same, Move::approve},
      {{"met"}, true, false, true, same, Move::approve},
      {{"met"}, true, true, true, other, Move::want},   // another plan than the reviewed one: no --yes helps
      {{"wanted"}, true, true, false, same, Move::want},  // entries are accepted by name only
      {{"wanted"}, true, true, true, none, Move::ask},
      {{"wanted"}, false, true, false, none, Move::want},
      {{"unknown"}, true, false, false, same, Move::want},  // a reviewed plan says nothing of what is unknown
      {{"unknown"}, true, true, false, same, Move::approve},
  }));
  std::vector<Criterion> criteria;
  for (const auto& verdict : verdicts) criteria.push_back({"c", verdict, ""});
  CAPTURE(verdicts, decision_point, yes, terminal);
  CHECK(judge(criteria, decision_point, {yes, terminal, plan}) == move);
}

TEST_CASE("what is pending must be what the runbook expects") {
  const auto [pending, applied, failed, expected, verdict, says] =
      GENERATE(table<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>, std::vector<std::string>, std::string, std::string>({
          {{"a", "b"}, {}, {}, {"a", "b"}, "met", "2 pending"},
          {{"b"}, {"a"}, {}, {"a", "b"}, "met", "1 pending"},          // resumed in the middle
          {{}, {"a", "b"}, {}, {"a", "b"}, "met", "0 pending"},        // and again
          {{"a", "b", "x"}, {}, {}, {"a", "b"}, "not_met", "not expected: x"},
          {{"a"}, {}, {}, {"a", "b"}, "not_met", "neither pending nor applied: b"},
          {{"a"}, {}, {"a"}, {"a"}, "not_met", "failed and unsettled: a"},
          {{"x"}, {}, {}, {}, "met", "1 pending"},
      }));
  const auto c = pending_as_expected({pending, applied, failed, {}}, expected);
  CHECK(c.verdict == verdict);
  CHECK_THAT(c.evidence, Catch::Contains(says));
}

TEST_CASE("all migrations are applied, and stay so") {
  CHECK(all_applied({{}, {"a"}, {}, {}}).verdict == "met");
  CHECK(all_applied({{"b"}, {"a"}, {}, {}}).verdict == "not_met");
  CHECK(all_applied({{}, {"a"}, {"x"}, {}}).verdict == "not_met");
  CHECK(all_applied({{}, {"a"}, {}, {"y"}}).verdict == "not_met");
}

TEST_CASE("all socialLinks migrated: converted or skipped, nobody refused, rejections accepted by name") {
  const auto [tally, sources, max, accepted, all, refused, rejected] = GENERATE(table<journal::Tally, std::uint64_t, std::uint64_t, std::set<std::string>, std::string, std::string, std::string>({
      {{{"converted", 7}, {"skipped", 3}}, 10, 0, {}, "met", "met", "met"},
      {{{"converted", 7}, {"skipped", 2}}, 10, 0, {}, "not_met", "met", "met"},
      {{{"converted", 7}, {"skipped", 2}, {"reverted", 1}}, 10, 0, {}, "not_met", "met", "met"},
      {{{"converted", 8}, {"skipped", 2}, {"partly_reverted", 1}}, 11, 0, {}, "not_met", "met", "met"},
      {{{"converted", 9}, {"refused", 1}}, 10, 0, {}, "met", "not_met", "met"},
      {{{"converted", 9}, {"refused", 1}}, 10, 1, {}, "met", "met", "met"},
      {{{"converted", 10}, {"rejected.duplicate", 4}}, 10, 0, {}, "met", "met", "wanted"},
      {{{"converted", 10}, {"rejected.duplicate", 4}}, 10, 0, {"duplicate"}, "met", "met", "met"},
      {{{"converted", 10}, {"rejected.duplicate", 4}, {"rejected.empty_url", 1}}, 10, 0, {"duplicate"}, "met", "met", "wanted"},
      {{{"converted", 10}, {"rejected.duplicate", 0}}, 10, 0, {}, "met", "met", "met"},
      {{{"converted", 11}}, 10, 0, {}, "met", "met", "met"},  // a profile went away since
  }));
  const DataEvidence data{sources, tally};
  CAPTURE(tally);
  CHECK(all_converted(data).verdict == all);
  CHECK(nobody_refused(data, max).verdict == refused);
  CHECK(rejected_accepted(data, accepted).verdict == rejected);
}

TEST_CASE("exit codes as verdicts") {
  CHECK(by_exit_code("x", 0, "").verdict == "met");
  CHECK(by_exit_code("x", 8, "").verdict == "unknown");
  for (const int code : {1, 2, 3, 4, 5, 127}) CHECK(by_exit_code("x", code, "").verdict == "not_met");
}

TEST_CASE("how far back the schema goes") {
  CHECK_FALSE(schema_before({"init", "a"}, {}));
  CHECK(schema_before({"init", "a", "b"}, {"a", "b"}) == "init");
  CHECK(schema_before({"init", "x", "b"}, {"b"}) == "x");
  CHECK(schema_before({"a", "b"}, {"a", "b"}) == "start");
}

TEST_CASE("a plan file is read as it was written, and tells who changed") {
  using namespace engine::conversion;
  const auto planned = [](std::string key, std::uint8_t seal, std::size_t links) { return Planned{std::move(key), journal::Digest{seal}, {}, journal::SubjectConverted{}, std::vector<std::string>(links)}; };
  std::string text = "Profile a: Found 1 link to migrate\n  - x\n";
  for (const auto& p : {planned("a", 1, 1), planned("b", 2, 2), planned("gone; profile x", 3, 3)}) text += seal_line(p, p.key);
  std::istringstream in(text + hash_line(journal::Digest{9}));
  const auto file = read_plan_file(in, "plan.txt");
  CHECK(file.hash == journal::Digest{9});
  REQUIRE(file.profiles.size() == 3);
  CHECK(file.profiles.at("b").outcome == "converted, 2 links");

  PlanComparison comparison(file);
  comparison.take(planned("a", 1, 1), "a");
  comparison.take(planned("b", 7, 1), "b");
  comparison.take(planned("new", 5, 1), "new");
  const auto changes = comparison.changes();
  REQUIRE(changes.size() == 3);
  CHECK((changes[0].key == "b" && changes[0].then == "converted, 2 links" && changes[0].now == "converted, 1 link"));
  CHECK_FALSE(changes[0].source_changed);
  CHECK((changes[1].key == "new" && changes[1].then.empty()));
  CHECK((changes[2].key == "gone; profile x" && changes[2].now.empty()));

  PlanComparison edited(file);
  auto other = planned("a", 4, 1);
  other.source[0] = 1;
  edited.take(other, "a");
  CHECK(edited.changes().front().source_changed);

  std::istringstream cut(text);
  CHECK_THROWS_WITH(read_plan_file(cut, "plan.txt"), Catch::Contains("no hash at its end"));
}
