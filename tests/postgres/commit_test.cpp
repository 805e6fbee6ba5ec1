// Step 5: only the tag COMMIT means committed.
#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// A table whose deferred trigger runs in COMMIT: `wait` waits there for advisory lock 1, `raise` raises.
void make_deferred(Database& database) {
  database.sql("CREATE TABLE deferred (what text)");
  database.sql(R"sql(CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.what = 'wait' THEN PERFORM pg_advisory_xact_lock(1); ELSE RAISE EXCEPTION 'not this one' USING ERRCODE = 'TM001'; END IF;
    RETURN NULL; END $$)sql");
  database.sql("CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()");
}

}  // namespace

TEST_CASE("a failed transaction answers COMMIT with ROLLBACK") {
  Database database;
  const auto session = database.connect();
  session->begin_unit(Pins{});
  CHECK(refusal([&] { session->query("SELECT 1/0"); }) == "data 22012");
  CHECK(session->commit() == CommitAnswer::rolled_back);
  session->begin_unit(Pins{});
  CHECK(session->commit() == CommitAnswer::committed);
}

TEST_CASE("what a deferred trigger refuses in COMMIT is rolled back for certain, and says why") {
  Database database;
  make_deferred(database);
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->query("INSERT INTO public.deferred VALUES ('raise')");
  const auto error = error_of([&] { (void)session->commit(); });
  CHECK(error.kind == TargetError::Kind::data);
  CHECK(error.sqlstate == "TM001");
  CHECK(std::string(error.what()) == "not this one");
  CHECK(database.sql("SELECT count(*) FROM deferred") == "0");
}

TEST_CASE("witness runs deferred checks before COMMIT does") {
  Database database;
  make_deferred(database);
  const auto session = database.connect();
  session->install(journal::random_uuid());
  const Lease lease = take(*session);
  UtcMicros at;
  session->begin_unit(Pins{});
  REQUIRE(session->write_receipt(UnitId(1, 1), lease, "convert", at) == ReceiptAnswer::inserted);
  session->query("INSERT INTO public.deferred VALUES ('raise')");
  CHECK(refusal([&] { session->witness(UnitId(1, 1), 1, chain_of(1)); }) == "data TM001");
}

TEST_CASE("a connection lost in COMMIT leaves the unit in doubt") {
  Database database;
  make_deferred(database);
  database.sql("SELECT pg_advisory_lock(1)");
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->query("INSERT INTO public.deferred VALUES ('wait')");
  const int pid = session->backend_pid();
  auto answer = in_background([&] { return session->commit(); });
  database.await_lock_wait(pid);
  SECTION("the backend was terminated") { CHECK(database.sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ")") == "t"); }
  SECTION("the network was cut") { session->cut(); }
  CHECK(answer.get() == CommitAnswer::in_doubt);
  CHECK(refusal([&] { session->query("SELECT 1"); }) == "connection");
  session->rollback();
  database.sql("SELECT pg_advisory_unlock(1)");
}

TEST_CASE("a time-out in COMMIT is an answer: rolled back, to be tried again") {
  Database database;
  make_deferred(database);
  database.sql("SELECT pg_advisory_lock(1)");
  const auto session = database.connect();
  session->begin_unit(Pins{20, 0, 0});
  session->query("INSERT INTO public.deferred VALUES ('wait')");
  CHECK(refusal([&] { (void)session->commit(); }) == "lock 55P03");
  CHECK(database.sql("SELECT count(*) FROM deferred") == "0");
}

TEST_CASE("a lost session stays lost: no silent new one without our transaction and locks") {
  Database database;
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->cut();
  for (int i = 0; i < 4; ++i) CHECK(error_of([&] { session->query("SELECT 1"); }).kind == TargetError::Kind::connection);
  CHECK(session->commit() == CommitAnswer::in_doubt);
}
