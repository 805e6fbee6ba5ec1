/// Somebody is in the way: waited for within bounds, and named.

#include "engine/schema/holders.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// Until a runner has asked for Prisma's lock.
void await_poll(Site& site) {
  site.database.await("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'tidemark/%' AND query LIKE '%pg_try_advisory_xact_lock%' "
                      "AND pid <> pg_backend_pid())");
}

}  // namespace

TEST_CASE("a table locked for ever: tried again, then the blocker is named") {
  Site site;
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("SELECT count(*) FROM public.users");  // reading is enough to keep ALTER TABLE out
  const auto failure = failure_of([&] { site.deploy(shipped()); });
  CHECK(failure.code == ExitCode::paused);
  CHECK(failure.object == kShipped[0]);
  CHECK_THAT(failure.answer, Catch::Contains("lock timeout (SQLSTATE 55P03), 3 times; held by pid " + std::to_string(blocker->backend_pid())) &&
                                 Catch::Contains("tidemark/elsewhere, user postgres, idle in transaction for"));
  CHECK_THAT(site.said(), Catch::Contains("! applying migration " + kShipped[0]));
  CHECK(site.history().size() == 2);
  blocker->rollback();
  CHECK(site.deploy(shipped()).applied == kShipped);
}

TEST_CASE("a table locked for a while: deploy goes on by itself") {
  Site site;
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("SELECT count(*) FROM public.users");
  auto limits = quick();
  limits.lock_tries = 1000;
  auto deploying = in_background([&] { return site.deploy(shipped(), "", limits); });
  site.database.await("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted)");
  blocker->rollback();
  CHECK(deploying.get().applied == kShipped);
}

TEST_CASE("Prisma's lock held: polled, and its holder named") {
  Site site;
  const auto prisma = site.database.connect("prisma");
  prisma->query("SELECT pg_advisory_lock(72707369)");
  const auto failure = failure_of([&] { site.deploy(shipped()); });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.answer, Catch::Contains("advisory lock 72707369") && Catch::Contains("held by pid " + std::to_string(prisma->backend_pid())));
  CHECK(site.history().size() == 2);
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "0");
}

TEST_CASE("under Prisma's lock the history is looked at again") {
  Site site;
  const auto prisma = site.database.connect("prisma");
  prisma->query("SELECT pg_advisory_lock(72707369)");
  auto limits = quick();
  limits.prisma_wait_ms = 60000;
  auto deploying = in_background([&] { return site.deploy(shipped(), "", limits); });
  await_poll(site);
  prisma->query("ALTER TABLE users ADD COLUMN theme varchar");
  prisma->query("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '" + kShipped[0] + "', now())");
  prisma->query("SELECT pg_advisory_unlock(72707369)");
  CHECK(deploying.get().applied == Names(kShipped.begin() + 1, kShipped.end()));
  CHECK_THAT(site.said(), Catch::Contains(kShipped[0] + " was applied by somebody else meanwhile"));
}

TEST_CASE("while a unit runs, Prisma's session lock is out, and free after it") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a AS SELECT pg_try_advisory_lock(1)");
  site.directory.migration("m/2_b", "CREATE TABLE b AS SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 72707369 "
                                    "AND granted AND pid = pg_backend_pid()) AS held");
  site.deploy(site.directory.path() + "/m");
  CHECK(site.database.sql("SELECT held FROM b") == "t");
  CHECK(site.database.sql("SELECT pg_try_advisory_lock(72707369)") == "t");
}

TEST_CASE("a stop ends the waiting") {
  Site site;
  const auto prisma = site.database.connect("prisma");
  prisma->query("SELECT pg_advisory_lock(72707369)");
  auto limits = quick();
  limits.prisma_wait_ms = 60000;
  auto deploying = in_background([&] { return site.deploy(shipped(), "", limits); });
  await_poll(site);
  site.stop.request(15);
  CHECK(deploying.get().stopped);
}

TEST_CASE("a script that ends its own session is given up after some tries") {
  Site site;
  site.directory.migration("m/1_a", "SELECT pg_terminate_backend(pg_backend_pid())");
  const auto failure = failure_of([&] { site.deploy(site.directory.path() + "/m"); });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.answer, Catch::Contains("the connection was lost"));
}

TEST_CASE("a script that was cancelled is not run again") {
  Site site;
  site.directory.migration("m/1_a", "SELECT pg_cancel_backend(pg_backend_pid()); SELECT pg_sleep(1)");
  const auto failure = failure_of([&] { site.deploy(site.directory.path() + "/m"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("SQLSTATE 57014"));
  CHECK_THAT(site.said(), !Catch::Contains("trying again"));
}

TEST_CASE("tables that a script names are found, in DO blocks and quoted") {
  Site site;
  site.database.sql("CREATE TABLE \"Odd \"\"Name\" ()");
  const auto session = site.database.connect();
  CHECK(tables_named(*session, "ALTER TABLE Users; DO $$ EXECUTE 'x' INTO profiles $$; DROP TABLE \"Odd \"\"Name\"; -- _prisma_migrations") ==
        Names{"public.\"Odd \"\"Name\"", "public.profiles", "public.users"});
}
