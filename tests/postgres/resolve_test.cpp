// Insert-to-resolve: the connection died in COMMIT, and the old backend may still be at it.
#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a unit in doubt is settled by who gets its receipt in first") {
  Database database;
  database.sql("CREATE TABLE deferred (what text)");
  database.sql("CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$");
  database.sql("CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()");
  const auto old = database.connect("7/1");
  old->install(journal::random_uuid());
  const Lease lease = take(*old);
  const UnitId unit(1, 5);
  UtcMicros at;
  old->begin_unit(Pins{});
  REQUIRE(old->write_receipt(unit, lease, "convert", at) == ReceiptAnswer::inserted);
  old->witness(unit, 3, chain_of(3));
  old->query("SET CONSTRAINTS ALL DEFERRED");
  old->query("INSERT INTO public.deferred VALUES ('wait')");
  database.sql("SELECT pg_advisory_lock(1)");
  const int pid = old->backend_pid();
  auto answer = in_background([&] { return old->commit(); });
  database.await_lock_wait(pid);
  old->cut();  // the client is gone; the backend goes on with its COMMIT
  REQUIRE(answer.get() == CommitAnswer::in_doubt);

  const auto next = database.connect("7/1");
  SECTION("it does not guess while the old backend is at it") {
    CHECK(refusal([&] { next->resolve(unit, lease, 50); }) == "lock 55P03");
    const auto blockers = next->blockers({"tidemark.receipt"});
    REQUIRE(blockers.size() == 1);
    CHECK(blockers[0].pid == pid);
    CHECK(blockers[0].application == "tidemark/7/1");
    CHECK(blockers[0].query == "COMMIT");
  }
  SECTION("the old backend commits: committed") {
    auto settled = in_background([&] { return next->resolve(unit, lease, 10000); });
    database.await_lock_wait(next->backend_pid());
    database.sql("SELECT pg_advisory_unlock(1)");
    const auto receipt = settled.get();
    REQUIRE(receipt);
    CHECK(receipt->committed);
    CHECK(receipt->chain == chain_of(3));
    CHECK(database.sql("SELECT count(*) FROM deferred") == "1");
    CHECK(database.sql("SELECT pid FROM tidemark.receipt") == std::to_string(pid));
  }
  SECTION("the old backend dies: a tombstone, and the unit never can commit") {
    auto settled = in_background([&] { return next->resolve(unit, lease, 10000); });
    database.await_lock_wait(next->backend_pid());
    REQUIRE(next->backend_pid() != pid);
    CHECK(database.sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ")") == "t");
    const auto receipt = settled.get();
    REQUIRE(receipt);
    CHECK_FALSE(receipt->committed);
    CHECK(database.sql("SELECT count(*) FROM deferred") == "0");
    next->begin_unit(Pins{});
    CHECK(next->write_receipt(unit, lease, "convert", at) == ReceiptAnswer::settled_already);
    next->rollback();
    CHECK(next->resolve(unit, lease, 1000)->committed == false);  // what is true then, for ever
  }
  SECTION("an epoch that is over settles nothing") {
    database.sql("SELECT pg_advisory_unlock(1)");
    const Lease newer = take(*next);
    CHECK(next->resolve(unit, lease, 1000)->committed);  // the truth is told to anybody
    CHECK_FALSE(next->resolve(UnitId(1, 6), lease, 1000));
    CHECK(database.sql("SELECT count(*) FROM tidemark.receipt") == "1");
    CHECK(next->resolve(UnitId(1, 6), newer, 1000)->committed == false);
  }
  database.sql("SELECT pg_advisory_unlock_all()");
}

TEST_CASE("who settles holds the lease while he waits") {
  Database database;
  const auto session = database.connect("7/1"), taker = database.connect("8/2"), stray = database.connect("x");
  session->install(journal::random_uuid());
  const Lease lease = take(*session);
  stray->begin_unit(Pins{});  // holds the receipt's key, but not the lease
  stray->query("INSERT INTO tidemark.receipt VALUES (4294967297, gen_random_uuid(), 1, 'w', 'committed', 1, NULL, now(), 1)");
  auto settled = in_background([&] { return session->resolve(UnitId(1, 1), lease, 10000); });
  database.await_lock_wait(session->backend_pid());
  CHECK(refusal([&] { taker->lock_lease(50); }) == "lock 55P03");
  stray->rollback();
  CHECK(settled.get()->committed == false);
  CHECK(take(*taker).epoch == 2);
}
