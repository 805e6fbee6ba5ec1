#include "engine/runbook/procedure.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace tidemark;
using namespace tidemark::engine::runbook;
using journal::GateDecided;
using journal::PhaseStarted;
using journal::ProcedureStarted;

namespace {

const std::vector<std::string> kOrder = {"schema", "plan", "convert", "verify"};

/// A journal in words: "begin", "start convert", "gate convert passed"; each word takes a minute.
Procedure folded(const std::string& words) {
  Procedure procedure;
  std::istringstream in(words);
  journal::Seq seq = 0;
  for (std::string verb; in >> verb;) {
    ++seq;
    const journal::UtcMicros at{static_cast<std::int64_t>(seq) * 60'000'000};
    std::string phase, decision;
    if (verb == "begin") {
      procedure.take(seq, at, ProcedureStarted{"staging", kOrder, "ada", "host", "tidemark", {}});
    } else if (verb == "start") {
      in >> phase;
      procedure.take(seq, at, PhaseStarted{phase, 60, "log", "ada", "host", 1});
    } else if (verb == "gate") {
      in >> phase >> decision;
      procedure.take(seq, at, GateDecided{phase, decision, {}, "ada", "host", "", "why", decision == "approved" ? std::vector<std::string>{"duplicate"} : std::vector<std::string>{}});
    } else {
      procedure.take(seq, at, journal::Note{verb});
    }
  }
  return procedure;
}

}  // namespace

TEST_CASE("what is next follows from the events alone, wherever they were cut") {
  const auto [words, next, open] = GENERATE(table<std::string, std::string, bool>({
      {"", "schema", false},
      {"begin", "schema", true},
      {"begin start schema", "schema", true},
      {"begin start schema note gate schema passed", "plan", true},
      {"begin start schema gate schema not_met", "schema", true},
      {"begin start schema gate schema not_met start schema gate schema passed", "plan", true},
      {"begin start schema gate schema passed start plan gate plan wanted", "plan", true},
      {"begin start schema gate schema passed start plan gate plan declined", "plan", true},
      {"begin start schema gate schema passed start plan gate plan approved", "convert", true},
      {"begin start schema gate schema passed start plan gate plan approved start convert", "convert", true},
      {"begin gate plan skipped start schema gate schema passed", "convert", true},
      {"begin gate schema skipped gate plan skipped gate convert skipped", "verify", true},
      {"begin gate schema passed gate plan approved gate convert passed gate verify passed", "", true},
      {"begin gate schema passed gate plan approved gate convert passed gate plan reopened", "plan", true},
      {"begin gate schema passed gate plan approved gate convert not_met gate rollback begun", "convert", true},
      {"begin gate schema passed gate plan approved gate convert not_met gate rollback begun gate rollback done", "convert", false},
      {"begin gate schema passed gate procedure abandoned", "plan", false},
      {"begin gate schema passed gate procedure abandoned begin", "schema", true},
      {"begin gate schema passed gate procedure completed start convert", "plan", false},
  }));
  CAPTURE(words);
  const auto procedure = folded(words);
  CHECK(procedure.next(kOrder).value_or("") == next);
  CHECK(procedure.open == open);
}

TEST_CASE("attempts, accepted reasons and a rollback in the middle are remembered") {
  const auto p = folded("begin start schema start schema gate schema passed start plan gate plan approved start convert gate convert not_met gate rollback begun");
  CHECK(p.number == 1);
  CHECK(p.environment == "staging");
  CHECK(p.phase("schema")->attempts == 2);
  CHECK(p.phase("convert")->standing == Standing::not_met);
  CHECK(p.accepted == std::set<std::string>{"duplicate"});
  REQUIRE(p.rolling_back);
  CHECK(p.rolling_back->reason == "why");
  const auto done = folded("begin start convert gate rollback begun gate rollback done");
  CHECK_FALSE(done.rolling_back);
  CHECK(done.end == "rolled_back");
}

TEST_CASE("a sealed plan belongs to its procedure") {
  Procedure p = folded("begin");
  p.take(2, {}, journal::PlanSealed{journal::Digest{7}, 3});
  CHECK(p.sealed == journal::Digest{7});
  p.take(3, {}, ProcedureStarted{});
  CHECK_FALSE(p.sealed);
}

TEST_CASE("planned against actual minutes, by part of the runbook") {
  // start schema 2', gate 4': two minutes; plan 5' to 6', convert from 7' on, now 10': four of data.
  const auto p = folded("begin start schema note gate schema passed start plan gate plan approved start convert");
  const std::vector<std::pair<std::string, std::string>> parts = {{"schema", "schema"}, {"plan", "data"}, {"convert", "data"}, {"smoke", "smoke"}};
  const auto t = timeline(p, parts, {{"schema", 10}, {"data", 3.5}}, journal::UtcMicros{600'000'000});
  REQUIRE(t.size() == 3);
  CHECK(t[0].part == "schema");
  CHECK(t[0].actual == 2.0);
  CHECK(t[0].over_by() == 0);
  CHECK_FALSE(t[0].running);
  CHECK(t[1].actual == 4.0);
  CHECK(t[1].over_by() == 0.5);
  CHECK(t[1].running);
  CHECK_FALSE(t[2].actual);
  CHECK_FALSE(t[2].planned);
  CHECK(t[2].over_by() == 0);
}

TEST_CASE("a restore ends the procedure; steps that ended well are known until their phase is opened again") {
  Procedure procedure;
  procedure.take(7, journal::UtcMicros{1}, ProcedureStarted{"", {"schema", "plan"}, "ada", "host", "tidemark", journal::Digest{}});
  journal::StepRecorded step;
  step.name = "install";
  step.phase = "plan";
  step.state = "begun";
  step.definition[0] = 1;
  procedure.take(8, journal::UtcMicros{2}, step);
  CHECK(procedure.steps_done.empty());
  step.state = "done";
  procedure.take(9, journal::UtcMicros{3}, step);
  CHECK(procedure.steps_done["plan"].contains(step.definition));
  procedure.take(10, journal::UtcMicros{4}, GateDecided{"plan", "reopened", {}, "ada", "host", "--from", "", {}});
  CHECK_FALSE(procedure.steps_done.contains("plan"));
  journal::TargetRestored restored;
  restored.stage = "loaded";
  procedure.take(11, journal::UtcMicros{5}, restored);
  CHECK(procedure.open);
  restored.stage = "swapped";
  procedure.take(12, journal::UtcMicros{6}, restored);
  CHECK_FALSE(procedure.open);
  CHECK(procedure.end == "restored");
}
