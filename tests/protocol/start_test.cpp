/// Starts and ends that don't go as usual: who else is there, what the journal's sums say, which copies are left.

#include <SQLiteCpp/Database.h>

#include "tests/protocol/place.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a standby is not written to, and no journal is made for it") {
  Place place;
  place.ear.identity = [](Identity& identity) { identity.standby = true; };
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("standby"));
  CHECK_FALSE(std::filesystem::exists(place.journal()));
  CHECK(place.database.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'tidemark'") == "0");
}

TEST_CASE("another runner that makes the schema first has made another target of it: the journal isn't its record") {
  Place place;
  place.run([](auto&, auto&) {});
  place.database.sql("DROP SCHEMA tidemark CASCADE");
  place.ear.install = [&](Session&) { place.database.connect()->install(journal::random_uuid()); };
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::journal);
  CHECK_THAT(failure.answer, Catch::Contains("the record of another target"));
  CHECK(place.database.sql("SELECT epoch FROM tidemark.lease") == "0");
}

TEST_CASE("a lease that can't be locked although nobody is seen to hold it is tried five times, then again by the next command") {
  Place place;
  int tries = 0;
  place.ear.lock_lease = [&](Session&) {
    ++tries;
    throw TargetError(TargetError::Kind::lock, "55P03", "canceling statement due to lock timeout");
  };
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.answer, Catch::Contains("lock timeout"));
  CHECK(tries == 5);
  place.ear.lock_lease = {};
  place.run([](auto& environment, auto& run) { CHECK(one_unit(environment, run) == UnitEnd::committed); });
}

TEST_CASE("a connection that is lost while a unit is being settled is no answer: it is asked again") {
  Place place;
  int asked = 0;
  place.run([&](auto& environment, auto& run) {
    place.ear.commit = [&](Session& session) {
      if (asked > 0) return session.commit();
      session.commit();
      session.cut();
      return CommitAnswer::in_doubt;
    };
    place.ear.resolve = [&](Session& session) {
      if (++asked == 1) session.cut();
    };
    CHECK(one_unit(environment, run) == UnitEnd::committed);
  });
  CHECK(asked == 2);
  CHECK(place.units(journal::UnitState::committed) == 1);
  CHECK(place.database.sql("SELECT count(*) FROM t") == "1");
}

TEST_CASE("sums of receipts that were changed in the journal are told from receipts that are missing") {
  Place place;
  place.run([](auto& environment, auto& run) { CHECK(one_unit(environment, run) == UnitEnd::committed); });
  const auto change = [&](const char* by) { SQLite::Database(place.journal(), SQLite::OPEN_READWRITE).exec(std::string("UPDATE head SET receipts_digest = receipts_digest ") + by); };
  change("+ 1");
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::journal);
  CHECK_THAT(failure.answer, Catch::Contains("the journal's projections were changed"));
  change("- 1");
  place.run([](auto&, auto&) {});
}

TEST_CASE("a large journal is copied after a run that wrote much of it, or if that is asked for") {
  Place place;
  place.request.copy = place.directory.path() + "/copy";
  const auto same = [&] { return journal::Reader(place.request.copy).head_seq() == journal::Reader(place.journal()).head_seq(); };
  place.run([](auto&, WritingRun& run) {
    for (int i = 0; i < 40; ++i) run.journal().append(journal::Note{std::string(450'000, 'x')});
  });
  REQUIRE(std::filesystem::file_size(place.journal()) > 16u << 20);
  CHECK(same());
  place.run([](auto&, auto&) {});
  CHECK_FALSE(same());
  place.request.copy_always = true;
  place.run([](auto&, auto&) {});
  CHECK(same());
}
