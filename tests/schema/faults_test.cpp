/// Ended anywhere, run again: the same end. Law 1 for the schema.

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// The steps of a unit.
const auto kSteps = {"begun", "received", "intended", "durable", "committed", "recorded"};

/// No unit in doubt, and as many committed as there are receipts.
void check_law_2(Site& site) {
  const auto reader = site.reader();
  CHECK(reader->units(journal::UnitState::in_doubt).empty());
  CHECK(std::to_string(reader->units(journal::UnitState::committed).size()) == site.database.sql("SELECT count(*) FROM tidemark.receipt WHERE state = 'committed'"));
}

}  // namespace

TEST_CASE("deploy ended at any point of a unit is resumed") {
  const std::string action = GENERATE(as<std::string>{}, "throw", "drop");
  const auto pass = GENERATE(as<std::size_t>{}, 1, 3);
  if (!every_point() && (action == "drop") != (pass == 3)) return;
  for (const std::string step : kSteps) {
    const auto fault = "deploy." + step + ":" + std::to_string(pass) + ":" + action;
    CAPTURE(fault);
    Site site;
    const bool early = ends_early([&] { site.deploy(shipped(), fault); });
    CHECK(early == (action == "throw"));  // a lost connection is found again in the same run
    const std::size_t done = !early ? 4 : step == "committed" || step == "recorded" ? pass : pass - 1;
    CHECK(site.deploy(shipped()).applied.size() == 4 - done);
    CHECK(site.status(shipped()).applied == kShipped);
    CHECK(site.history().size() == 6);
    check_law_2(site);
  }
}

TEST_CASE("revert ended at any point of a unit is resumed") {
  const std::string action = GENERATE(as<std::string>{}, "throw", "drop");
  const auto pass = GENERATE(as<std::size_t>{}, 1, 2);
  if (!every_point() && (action == "drop") != (pass == 2)) return;
  const auto catalog = Site().catalog();
  for (const std::string step : kSteps) {
    const auto fault = "revert." + step + ":" + std::to_string(pass) + ":" + action;
    CAPTURE(fault);
    Site site;
    site.deploy(shipped());
    CHECK(ends_early([&] { site.revert(shipped(), "start", fault); }) == (action == "throw"));
    site.revert(shipped(), "start");
    CHECK(site.catalog() == catalog);
    CHECK(site.status(shipped()).pending == kShipped);
    check_law_2(site);
  }
}

TEST_CASE("in doubt and committed: the next start settles it, and it isn't applied again") {
  Site site;
  CHECK(ends_early([&] { site.deploy(shipped(), "deploy.committed:throw"); }));
  CHECK(site.reader()->units(journal::UnitState::in_doubt).size() == 1);
  CHECK(site.deploy(shipped()).applied.size() == 3);
  CHECK_THAT(site.told(), Catch::Contains("migration_intended " + kShipped[0] + ", unit_settled, migration_intended " + kShipped[1]));
  CHECK(site.revert(shipped(), "start").reverted.size() == 4);  // by the inverse of a settled unit, too
}
