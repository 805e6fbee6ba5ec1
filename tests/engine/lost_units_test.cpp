#include "engine/lost_units.h"

#include <catch2/catch.hpp>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

const Row kB{"p", "b"}, kC{"p", "c"}, kQ{"q", "1"};
const Shapes kLostTables{{1, {1, "public", "items", {{"id", "text"}, {"note", "text"}}, {0}}}};

Place at(const std::string& key) { return {"public.items", {key}}; }

}  // namespace

TEST_CASE("the cut: what was lost is told by the rows, whatever stands between") {
  const RowChange update{1, journal::Op::update, kB, kC}, insert_p{1, journal::Op::insert, {}, kB}, insert_q{1, journal::Op::insert, {}, kQ};
  const auto lost = [&](const std::map<Place, Row>& live) {
    Cut cut;
    cut.step({update}, kLostTables, live, false);
    cut.step({insert_p}, kLostTables, {}, true);  // it has its receipt: of its row nothing more is to be learnt
    cut.step({insert_q}, kLostTables, live, false);
    return cut.lost();
  };
  CHECK(lost({{at("p"), kC}, {at("q"), kQ}}) == 0);
  CHECK(lost({{at("p"), kB}, {at("q"), kQ}}) == 1);
  CHECK(lost({{at("p"), kB}}) == 2);
}

TEST_CASE("the cut: a row whose key was updated is looked for in both places") {
  const RowChange moved{1, journal::Op::update, kB, kQ};
  const auto lost = [&](const std::map<Place, Row>& live) {
    Cut cut;
    cut.step({moved}, kLostTables, live, false);
    return cut.lost();
  };
  CHECK(lost({{at("q"), kQ}}) == 0);
  CHECK(lost({{at("p"), kB}}) == 1);
}

TEST_CASE("a unit whose rows are gone is gone, whatever the cut says of those around it") {
  Cut none;
  none.step({{1, journal::Op::insert, {}, kB}}, kLostTables, {{at("p"), kB}}, false);
  REQUIRE(none.lost() == 0);
  std::vector<Finding> one(1);
  one[0].effect = Effect::there;
  one[0].gone = 1;
  go_together(one, {}, none);
  CHECK(one[0].effect == Effect::there);  // there by the catalog
  one[0].effect = Effect::gone;
  go_together(one, {}, none);
  CHECK(one[0].effect == Effect::gone);
}

TEST_CASE("the cut: a unit without rows goes with all, where all fits as well") {
  Cut cut;
  cut.step({{1, journal::Op::insert, {}, kB}}, kLostTables, {}, false);
  cut.step({}, kLostTables, {}, false);
  CHECK(cut.lost() == 2);
}

TEST_CASE("one change of a unit without a receipt: its row says whether it took place") {
  struct Case {
    const char* name;
    RowChange change;
    std::map<Place, Row> live;
    bool inserted = false;  ///< some unit among those in question inserted the row that the change starts from
    Effect effect = Effect::unproven;
    std::uint64_t there = 0, gone = 0, other = 0;
  };
  const RowChange insert{1, journal::Op::insert, {}, kB}, remove{1, journal::Op::remove, kB, {}}, update{1, journal::Op::update, kB, kC}, moved{1, journal::Op::update, kB, kQ};
  const auto one = GENERATE_COPY(values<Case>({
      {"inserted, and there", insert, {{at("p"), kB}}, false, Effect::there, 1, 0, 0},
      {"inserted, and not there", insert, {}, false, Effect::gone, 0, 1, 0},
      {"inserted, and another is there", insert, {{at("p"), kC}}, false, Effect::mixed, 0, 0, 1},
      {"removed, and not there", remove, {}, false, Effect::there, 1, 0, 0},
      {"removed, and there", remove, {{at("p"), kB}}, false, Effect::gone, 0, 1, 0},
      {"removed, and another is there", remove, {{at("p"), kC}}, false, Effect::mixed, 0, 0, 1},
      {"removed, not there, and one of these units had inserted it", remove, {}, true, Effect::unproven, 0, 0, 0},
      {"updated, and after", update, {{at("p"), kC}}, false, Effect::there, 1, 0, 0},
      {"updated, and before", update, {{at("p"), kB}}, false, Effect::gone, 0, 1, 0},
      {"updated, and something else", update, {{at("p"), {"p", "d"}}}, false, Effect::mixed, 0, 0, 1},
      {"updated, and not there", update, {}, false, Effect::mixed, 0, 0, 1},
      {"updated, not there, and one of these units had inserted it", update, {}, true, Effect::gone, 0, 1, 0},
      {"its key updated, and after", moved, {{at("q"), kQ}}, false, Effect::there, 1, 0, 0},
      {"its key updated, and before", moved, {{at("p"), kB}}, false, Effect::gone, 0, 1, 0},
      {"its key updated, and neither", moved, {}, false, Effect::mixed, 0, 0, 1},
      {"its key updated, and another is where it went", moved, {{at("q"), {"q", "2"}}}, true, Effect::mixed, 0, 0, 1},
  }));
  CAPTURE(one.name);
  Past past;
  past.live = one.live;
  if (one.inserted) past.inserted.insert(at("p"));
  const auto finding = look({one.change}, {}, std::nullopt, kLostTables, past, 0);
  CHECK(finding.effect == one.effect);
  CHECK(finding.there == one.there);
  CHECK(finding.gone == one.gone);
  CHECK(finding.other == one.other);
}

TEST_CASE("an older unit is seen through the newer one, back behind what that did") {
  const RowChange insert{1, journal::Op::insert, {}, kB}, update{1, journal::Op::update, kB, kC}, moved{1, journal::Op::update, kC, kQ};
  const auto both = [&](const std::vector<RowChange>& newer, const std::vector<RowChange>& older, const std::map<Place, Row>& live) {
    Past past;
    past.live = live;
    const auto first = look(newer, {}, std::nullopt, kLostTables, past, 0), second = look(older, {}, std::nullopt, kLostTables, past, 1);
    return std::pair(first.effect, second.effect);
  };
  CHECK(both({update}, {insert}, {{at("p"), kC}}) == std::pair(Effect::there, Effect::there));
  CHECK(both({update}, {insert}, {{at("p"), kB}}) == std::pair(Effect::gone, Effect::there));
  CHECK(both({moved}, {insert, update}, {{at("q"), kQ}}) == std::pair(Effect::there, Effect::there));
  CHECK(both({moved}, {insert, update}, {{at("p"), kC}}) == std::pair(Effect::gone, Effect::there));
}

TEST_CASE("a removal that no row proves is tied to the insertion that came after it") {
  const RowChange insert{1, journal::Op::insert, {}, kC}, remove{1, journal::Op::remove, kB, {}};
  Past past;
  past.live = {{at("p"), kC}};
  past.inserted = {at("p")};
  CHECK(look({insert}, {}, std::nullopt, kLostTables, past, 0).effect == Effect::there);
  CHECK(look({remove}, {}, std::nullopt, kLostTables, past, 1).effect == Effect::unproven);
  REQUIRE(past.ties.size() == 1);
  CHECK(past.ties[0].newer == 0);
  CHECK(past.ties[0].older == 1);
  CHECK(past.unknown(at("p")));
  CHECK(look({remove}, {}, std::nullopt, kLostTables, past, 2).effect == Effect::unproven);  // of an unknown row nothing is counted
}

TEST_CASE("what a migration left in the catalog speaks for itself; units without a trace go with the cut") {
  Cut all, none;
  all.step({}, kLostTables, {}, false);
  all.step({}, kLostTables, {}, false);
  none.step({{1, journal::Op::insert, {}, kB}}, kLostTables, {{at("p"), kB}}, false);
  std::vector<Finding> findings(2);
  findings[0].effect = Effect::there;  // by the catalog: no rows
  go_together(findings, {}, all);
  CHECK(findings[0].effect == Effect::there);
  CHECK(findings[1].effect == Effect::gone);
  std::vector<Finding> one(1);
  go_together(one, {}, none);
  CHECK(one[0].effect == Effect::there);
}

TEST_CASE("behind a unit that is agreed on, rows stand as it found them") {
  Past past;
  past.concerned = {at("p"), at("q")};
  past.live = {{at("p"), kC}, {at("q"), kQ}};
  past.step_back({{1, journal::Op::update, kB, kC}, {1, journal::Op::insert, {}, kQ}, {1, journal::Op::insert, {}, {"r", "x"}}}, kLostTables);
  REQUIRE(past.at(at("p")));
  CHECK(*past.at(at("p")) == kB);
  CHECK(past.at(at("q")) == nullptr);
  CHECK(past.at(at("r")) == nullptr);
  past.step_back({{1, journal::Op::remove, kQ, {}}}, kLostTables);
  REQUIRE(past.at(at("q")));
  CHECK(*past.at(at("q")) == kQ);
}

TEST_CASE("what follows from a finding, decided or not") {
  using enum Effect;
  struct Case {
    Effect effect;
    bool receipt;
    std::optional<Effect> mixed;
    Verdict verdict;
  };
  const auto one = GENERATE(values<Case>({
      {gone, false, {}, Verdict::voided},
      {there, false, {}, Verdict::witnessed},
      {mixed, false, {}, Verdict::left},
      {mixed, false, gone, Verdict::voided},
      {mixed, false, there, Verdict::witnessed},
      {there, true, {}, Verdict::reinstated},
      {mixed, true, {}, Verdict::reinstated},
      {gone, true, {}, Verdict::left},
      {gone, true, gone, Verdict::dismissed},
      {gone, true, there, Verdict::reinstated},
  }));
  Finding finding;
  finding.effect = one.effect;
  if (one.receipt) finding.receipt = UtcMicros{1};
  CHECK(std::string(to_string(judge(finding, one.mixed))) == to_string(one.verdict));
}

TEST_CASE("effects and verdicts have the names that people and machines are told") {
  CHECK(to_string(Effect::gone) == std::string("gone"));
  CHECK(to_string(Effect::there) == std::string("there"));
  CHECK(to_string(Effect::mixed) == std::string("mixed"));
  CHECK(to_string(Effect::unproven) == std::string("unproven"));
  CHECK(to_string(Verdict::voided) == std::string("voided"));
  CHECK(to_string(Verdict::witnessed) == std::string("witnessed"));
  CHECK(to_string(Verdict::reinstated) == std::string("reinstated"));
  CHECK(to_string(Verdict::dismissed) == std::string("dismissed"));
  CHECK(to_string(Verdict::left) == std::string("left"));
}
