#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a lease tells who holds it and since when it was not heard of") {
  Database database;
  const auto session = database.connect();
  session->install(journal::random_uuid());
  const Lease unused = session->read_lease();
  CHECK(unused.epoch == 0);
  CHECK_FALSE(unused.journal);
  CHECK_FALSE(unused.held);

  const Lease lease = take(*session);
  const Lease read = session->read_lease();
  CHECK(read.epoch == 1);
  CHECK(read.token == lease.token);
  CHECK(read.journal == lease.journal);
  CHECK(read.host == "host");
  CHECK(read.user == "user");
  CHECK(read.path == "/journal");
  CHECK(read.pid == 42);
  CHECK(read.run == 7);
  CHECK(read.held);
  CHECK(read.beat_age_s >= 0);
  CHECK(read.beat_age_s < 10);

  SECTION("any of the three signs of life counts, by the server's clock") {
    const auto age = [&](const char* beat, const char* taken, const char* receipt) {
      database.sql("UPDATE tidemark.beat SET at = clock_timestamp() - interval '" + std::string(beat) + "'");
      database.sql("UPDATE tidemark.lease SET taken_at = clock_timestamp() - interval '" + std::string(taken) + "'");
      database.sql("DELETE FROM tidemark.receipt");
      database.sql("INSERT INTO tidemark.receipt VALUES (1, gen_random_uuid(), 1, 'w', 'committed', 1, NULL, clock_timestamp() - interval '" +
                   std::string(receipt) + "', 1)");
      return session->read_lease().beat_age_s / 100;
    };
    CHECK(age("100s", "900s", "900s") == Approx(1).margin(0.1));
    CHECK(age("900s", "200s", "900s") == Approx(2).margin(0.1));
    CHECK(age("900s", "900s", "300s") == Approx(3).margin(0.1));
    database.sql("DELETE FROM tidemark.receipt");
    CHECK(session->read_lease().beat_age_s / 100 == Approx(9).margin(0.1));
  }
  SECTION("a beat waits for nobody long: the run's end waits for it") {
    const auto other = database.connect();
    other->query("BEGIN");
    other->query("LOCK TABLE tidemark.beat IN EXCLUSIVE MODE");
    CHECK(refusal([&] { session->beat(1); }) == "lock 55P03");
  }
  SECTION("beats are signs of life, and carry the wish to stop") {
    database.sql("UPDATE tidemark.beat SET at = at - interval '1 hour'");
    CHECK_FALSE(session->beat(1));
    CHECK(database.sql("SELECT at > clock_timestamp() - interval '1 minute' FROM tidemark.beat") == "t");
    CHECK(session->ask_to_stop());
    CHECK(session->beat(1));
    CHECK_FALSE(session->beat(9));  // not ours: nothing is said to a stranger
    take(*session);
    CHECK_FALSE(session->beat(2));  // a new holder was not asked
  }
  SECTION("a beat of another epoch is no sign of life") {
    database.sql("UPDATE tidemark.beat SET at = at - interval '1 hour'");
    session->beat(9);
    CHECK(database.sql("SELECT at > clock_timestamp() - interval '1 minute' FROM tidemark.beat") == "f");
  }
  SECTION("the journal's head is anchored in our lease, and only in ours") {
    CHECK(session->anchor_lease(lease, 99, chain_of(9), false));
    CHECK(session->read_lease().head_seq == 99);
    CHECK(session->read_lease().head_chain == chain_of(9));
    CHECK(session->read_lease().held);
    auto stranger = lease;
    stranger.token = journal::random_uuid();
    CHECK_FALSE(session->anchor_lease(stranger, 100, chain_of(10), true));
    CHECK(session->read_lease().head_seq == 99);
    CHECK(session->anchor_lease(lease, 101, chain_of(11), true));
    CHECK_FALSE(session->read_lease().held);
    CHECK_FALSE(session->ask_to_stop());
  }
}

TEST_CASE("who is in the way is named, and can be ended") {
  Database database;
  database.sql("CREATE TABLE \"Odd \"\"name\" (id int)");
  const auto session = database.connect("8/2");
  session->install(journal::random_uuid());
  const auto old = database.connect("7/1");
  const auto reader = database.connect("9/9");
  CHECK(session->blockers({}).empty());
  old->begin_unit(Pins{});
  old->query("SELECT 1 FROM tidemark.lease FOR SHARE");
  reader->begin_unit(Pins{});
  reader->query("LOCK TABLE public.\"Odd \"\"name\" IN SHARE MODE");
  const auto found = session->blockers({"public.\"Odd \"\"name\""});
  REQUIRE(found.size() == 2);
  CHECK(found[0].pid == old->backend_pid());
  CHECK(found[0].application == "tidemark/7/1");
  CHECK(found[0].user == "postgres");
  CHECK(found[0].state == "idle in transaction");
  CHECK(found[0].held_s >= found[1].held_s);
  CHECK(found[0].query == "SELECT 1 FROM tidemark.lease FOR SHARE");
  CHECK(found[1].pid == reader->backend_pid());
  CHECK(session->blockers({}).size() == 1);

  CHECK(session->terminate(old->backend_pid()));
  CHECK(take(*session).epoch == 1);
  // It gives its locks back before its entry among the processes.
  database.await("SELECT NOT pg_catalog.pg_terminate_backend(" + std::to_string(old->backend_pid()) + ")");
  CHECK_FALSE(session->terminate(old->backend_pid()));
}

TEST_CASE("two runners take the lease one after the other") {
  Database database;
  const auto first = database.connect("1/0"), second = database.connect("2/0");
  first->install(journal::random_uuid());
  const Lease seen = first->lock_lease(1000);
  auto later = in_background([&] { return take(*second); });
  database.await_lock_wait(second->backend_pid());
  Lease mine = seen;
  mine.epoch = 5;
  mine.token = journal::random_uuid();
  REQUIRE(first->grant_lease(mine) == CommitAnswer::committed);
  CHECK(later.get().epoch == 6);
}
