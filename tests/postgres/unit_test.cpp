// Steps 1 and 2 of the protocol: the pins, receipt and guard.
#include <map>

#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a unit brings its own settings, whatever role and database bring") {
  Database database;
  const auto role = database.role("SUPERUSER");
  const std::map<std::string, std::string> hostile = {
      {"default_transaction_isolation", "'repeatable read'"}, {"default_transaction_read_only", "on"}, {"synchronous_commit", "off"},
      {"DateStyle", "'SQL, DMY'"}, {"TimeZone", "'Europe/Berlin'"}, {"IntervalStyle", "'iso_8601'"}, {"extra_float_digits", "'-10'"},
      {"bytea_output", "'escape'"}, {"search_path", "evil, public"}, {"lock_timeout", "'3s'"}, {"statement_timeout", "'9s'"},
      {"idle_in_transaction_session_timeout", "'8s'"}, {"client_encoding", "'LATIN1'"}};
  for (const auto& [setting, value] : hostile) database.sql("ALTER ROLE " + role + " SET " + setting + " = " + value);
  database.sql("ALTER DATABASE " + database.name() + " SET row_security = on");
  const auto session = database.connect("7/1", false, role);
  session->query("SET default_transaction_read_only = on");  // as a pooler's other clients leave it behind
  session->query("SET client_encoding = 'LATIN1'");
  const std::map<std::string, std::string> pinned = {
      {"transaction_isolation", "read committed"}, {"transaction_read_only", "off"}, {"synchronous_commit", "on"}, {"TimeZone", "UTC"},
      {"IntervalStyle", "postgres"}, {"extra_float_digits", "1"}, {"bytea_output", "hex"}, {"search_path", "pg_catalog"},
      {"lock_timeout", "5s"}, {"statement_timeout", "1min"}, {"idle_in_transaction_session_timeout", "1min"}, {"client_encoding", "UTF8"},
      {"row_security", "off"}};
  const auto check = [&] {
    for (const auto& [setting, value] : pinned) {
      INFO(setting);
      CHECK(one(*session, "SELECT current_setting($1)", {setting}) == value);
    }
    CHECK(one(*session, "SELECT current_setting('DateStyle')").starts_with("ISO"));
  };
  session->begin_unit(Pins{});
  check();
  SECTION("and again after a script changed them") {
    session->run_script("SET search_path = public; SET TimeZone = 'Asia/Tokyo'; SET LOCAL synchronous_commit = off; SET bytea_output = escape");
    session->set_pins(Pins{});
    check();
  }
  session->rollback();
  SECTION("reading is one read-only snapshot with the same forms of values") {
    session->query("SET default_transaction_isolation = 'read committed'");
    session->query("SET default_transaction_read_only = off");
    session->begin_reading();
    CHECK(one(*session, "SELECT current_setting('transaction_isolation')") == "repeatable read");
    CHECK(one(*session, "SELECT current_setting('transaction_read_only')") == "on");
    for (const auto* setting : {"TimeZone", "IntervalStyle", "extra_float_digits", "bytea_output", "search_path", "row_security", "client_encoding"}) {
      INFO(setting);
      CHECK(one(*session, "SELECT current_setting($1)", {setting}) == pinned.at(setting));
    }
    session->rollback();
  }
}

TEST_CASE("the limits of a unit are those that are asked for, and none for zero") {
  Database database;
  const auto session = database.connect();
  session->begin_unit(Pins{123, 0, 456});
  CHECK(one(*session, "SELECT current_setting('lock_timeout')") == "123ms");
  CHECK(one(*session, "SELECT current_setting('statement_timeout')") == "0");
  CHECK(one(*session, "SELECT current_setting('idle_in_transaction_session_timeout')") == "456ms");
}

TEST_CASE("a question outside of a transaction waits for a locked table no longer than a reader does; what it sets for its session stays, and no limit does") {
  Database database;
  database.sql("CREATE TABLE t (id int)");
  const auto holder = database.connect(), session = database.connect();
  holder->begin_unit(Pins{});
  holder->query("LOCK TABLE public.t");
  CHECK(refusal([&] { session->query("SELECT count(*) FROM public.t"); }) == "lock 55P03");
  holder->rollback();
  CHECK(one(*session, "SELECT count(*) FROM public.t") == "0");
  session->query("SELECT set_config('work_mem', '1234kB', false)");
  CHECK(one(*session, "SELECT current_setting('work_mem')") == "1234kB");
  session->begin_reading();
  session->rollback();
  session->query("CREATE TABLE public.seen AS SELECT current_setting('lock_timeout') AS lock_limit");
  CHECK(one(*session, "SELECT lock_limit FROM public.seen") == "0");
}

TEST_CASE("what a failed call left behind does not stand in the way of the next unit, and nothing of it stays") {
  Database database;
  database.sql("CREATE TABLE t (id int)");
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->query("INSERT INTO public.t VALUES (1)");
  CHECK_THROWS_AS(session->begin_unit(Pins{}), std::logic_error);  // but a living one is not forgotten silently
  CHECK_THROWS_AS(session->begin_reading(), std::logic_error);
  CHECK(refusal([&] { session->query("SELECT 1/0"); }) == "data 22012");
  session->begin_unit(Pins{});
  CHECK(session->commit() == CommitAnswer::committed);
  CHECK(database.sql("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a receipt needs the lease") {
  Database database;
  const auto session = database.connect();
  session->install(journal::random_uuid());
  const Lease lease = take(*session);
  UtcMicros at;

  SECTION("with it, it says when, by the server's clock") {
    session->begin_unit(Pins{});
    REQUIRE(session->write_receipt(UnitId(1, 1), lease, "convert", at) == ReceiptAnswer::inserted);
    CHECK(std::to_string(at.value) == one(*session, "SELECT (extract(epoch FROM now()) * 1000000)::bigint"));
    session->witness(UnitId(1, 1), 12, chain_of(1));
    REQUIRE(session->commit() == CommitAnswer::committed);
    const auto receipt = session->receipt(UnitId(1, 1));
    REQUIRE(receipt);
    CHECK(receipt->committed);
    CHECK(receipt->seq == 12);
    CHECK(receipt->chain == chain_of(1));
    CHECK(receipt->at == at);
    CHECK(database.sql("SELECT work || pid FROM tidemark.receipt") == "convert" + std::to_string(session->backend_pid()));
  }
  SECTION("an epoch that is over, or another token, gets none") {
    auto other = lease;
    const bool epoch = GENERATE(true, false);
    if (epoch) other.epoch -= 1;
    else other.token = journal::random_uuid();
    session->begin_unit(Pins{});
    CHECK(session->write_receipt(UnitId(1, 1), other, "convert", at) == ReceiptAnswer::lease_over);
    session->rollback();
    CHECK_FALSE(session->receipt(UnitId(1, 1)));
  }
  SECTION("the same unit twice is settled already, not silently done again") {
    for (const auto expected : {ReceiptAnswer::inserted, ReceiptAnswer::settled_already}) {
      session->begin_unit(Pins{});
      CHECK(session->write_receipt(UnitId(1, 1), lease, "convert", at) == expected);
      if (expected == ReceiptAnswer::inserted) REQUIRE(session->commit() == CommitAnswer::committed);
    }
    CHECK(session->commit() == CommitAnswer::rolled_back);
  }
}

TEST_CASE("a unit in flight keeps its lease: who takes it waits, who is late gets none") {
  Database database;
  const auto old = database.connect("7/1");
  old->install(journal::random_uuid());
  const Lease lease = take(*old);
  UtcMicros at;
  old->begin_unit(Pins{});
  REQUIRE(old->write_receipt(UnitId(1, 1), lease, "convert", at) == ReceiptAnswer::inserted);
  const auto taker = database.connect("8/2");

  SECTION("LOCK TABLE waits for it") {
    auto taken = in_background([&] { return take(*taker); });
    database.await_lock_wait(taker->backend_pid());
    const auto third = database.connect("7/1");
    auto late = in_background([&] {  // begins while the taker waits: queues behind it, and then finds the epoch over
      UtcMicros when;
      third->begin_unit(Pins{});
      return third->write_receipt(UnitId(1, 2), lease, "convert", when);
    });
    database.await_lock_wait(third->backend_pid());
    old->witness(UnitId(1, 1), 1, chain_of(1));
    REQUIRE(old->commit() == CommitAnswer::committed);
    CHECK(taken.get().epoch == 2);
    CHECK(late.get() == ReceiptAnswer::lease_over);
  }
  SECTION("even a bare UPDATE of the lease waits: the row itself is locked FOR SHARE") {
    taker->begin_unit(Pins{100, 0, 0});
    CHECK(refusal([&] { taker->query("UPDATE tidemark.lease SET epoch = 9"); }) == "lock 55P03");
  }
  SECTION("the wait is bounded, and the session is usable after it") {
    CHECK(refusal([&] { taker->lock_lease(50); }) == "lock 55P03");
    old->rollback();
    CHECK(take(*taker).epoch == 2);
  }
}

TEST_CASE("a unit's pages in the WAL are compressed while the role may have that, and the session's others are not") {
  Database database;
  const auto role = database.role("NOSUPERUSER");
  const auto session = database.connect("7/1", false, role);
  Pins pins;
  pins.compress_wal = true;
  const auto in_unit = [&] {
    session->begin_unit(pins);
    const auto setting = one(*session, "SELECT current_setting('wal_compression')");
    session->rollback();
    return setting;
  };
  CHECK_FALSE(session->wal_compression().possible);
  CHECK(in_unit() == "off");
  database.sql("GRANT SET ON PARAMETER wal_compression TO \"" + role + "\"");
  CHECK(session->wal_compression().possible);
  CHECK(session->wal_compression().granted);
  CHECK(in_unit() == "lz4");
  session->begin_reading();
  CHECK(one(*session, "SELECT current_setting('wal_compression')") == "off");
  session->rollback();
  session->begin_unit(Pins{});
  CHECK(one(*session, "SELECT current_setting('wal_compression')") == "off");
  session->rollback();
  database.sql("REVOKE SET ON PARAMETER wal_compression FROM \"" + role + "\"");
  CHECK(in_unit() == "off");  // taken away in mid-run: no error
  // A superuser has the right without anybody having thought of it.
  const auto superuser = database.connect("7/1", false, database.role("SUPERUSER"));
  CHECK(superuser->wal_compression().possible);
  CHECK_FALSE(superuser->wal_compression().granted);
  // What is set already stays.
  const auto set = database.role("SUPERUSER");
  database.sql("ALTER ROLE \"" + set + "\" SET wal_compression = pglz");
  CHECK_FALSE(database.connect("7/1", false, set)->wal_compression().possible);
}
