#include "engine/fault_point.h"

#include <catch2/catch.hpp>
#include <set>

using namespace tidemark::engine;

TEST_CASE("every step has its points, and no name stands twice") {
  std::set<std::string> names;
  for (const auto& point : fault_points()) {
    CHECK(names.insert(point.name).second);
    CHECK_FALSE(point.meaning.empty());
  }
  for (const auto* work : {"convert", "rollback", "redo", "deploy", "revert", "history"}) CHECK(names.contains(std::string(work) + ".durable"));
  for (const auto* point : {"deploy.archived", "deploy.restored", "revert.archived", "revert.restored"}) CHECK(names.contains(point));
  CHECK(names.size() == static_cast<std::size_t>(Step::count_) - 6 - 2 + 6 * 6 + 2 * 2);
}

#ifdef TIDEMARK_FAULTS
TEST_CASE("what is wrong with a fault is said") {
  const auto text = GENERATE("nonsense", "no.such:kill", "convert.durable:0:kill", "convert.durable:x:kill", "convert.durable:explode", "convert.durable:sleep=soon");
  CHECK_THROWS_AS(Faults::parse(text), std::invalid_argument);
}

TEST_CASE("a fault fires at its pass, once, and only at its point") {
  auto faults = Faults::parse("convert.durable:2:throw,lease.before:drop");
  CHECK_NOTHROW(faults.pass(Step::unit_durable, "convert"));
  CHECK_NOTHROW(faults.pass(Step::unit_durable, "rollback"));
  CHECK_THROWS(faults.pass(Step::unit_durable, "convert"));
  CHECK_NOTHROW(faults.pass(Step::unit_durable, "convert"));
  int cut = 0;
  faults.pass(Step::lease_before, {}, [&] { ++cut; });
  faults.pass(Step::lease_before, {}, [&] { ++cut; });
  CHECK(cut == 1);
}
#endif
