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

TEST_CASE("the cut: a unit without rows goes with all, where all fits as well") {
  Cut cut;
  cut.step({{1, journal::Op::insert, {}, kB}}, kLostTables, {}, false);
  cut.step({}, kLostTables, {}, false);
  CHECK(cut.lost() == 2);
}
