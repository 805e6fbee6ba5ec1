/// Steps outside of any transaction: built, proven, cleared and built again after whatever happened.

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

const std::string kStep = "20251201000000_index";
const std::string kScript = "-- made by hand\nCREATE UNIQUE INDEX CONCURRENTLY \"profiles Idx\" ON \"profiles\" (id);\n";

std::string folder(Site& site, const std::string& script = kScript) {
  site.directory.migration("m/" + kStep, script);
  return site.directory.path() + "/m";
}
std::string validity(Site& site) { return site.database.sql("SELECT coalesce(string_agg(indisvalid::text, ','), 'none') FROM pg_index WHERE indexrelid = to_regclass('\"profiles Idx\"')"); }
std::string row(Site& site) { return site.history().empty() ? "" : site.history().back(); }

}  // namespace

TEST_CASE("an index is built concurrently, with started and finished, proven, and undone") {
  Site site;
  const auto before = site.catalog();
  const auto m = folder(site);
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK(validity(site) == "true");
  CHECK(row(site) == kStep + " 1 applied");
  CHECK(site.told() == "migration_started, migration_intended " + kStep + ", migration_applied " + kStep);
  CHECK_THAT(site.said(), Catch::Contains("its inverse (derived) takes it back"));
  CHECK(site.deploy(m).applied.empty());
  const auto after = site.catalog();
  CHECK(site.revert(m, "20251104193308_init").reverted == Names{kStep});
  CHECK(site.catalog() == before);
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK(site.catalog() == after);
}

TEST_CASE("a step ended at any point is resumed to the same end") {
  const std::string point = GENERATE("deploy.begun", "deploy.received", "deploy.durable", "deploy.committed", "deploy.recorded", "step.opened", "step.ran", "step.ended", "deploy.begun:2", "deploy.received:2", "deploy.durable:2",
                                     "deploy.committed:2", "deploy.recorded:2");
  const std::string action = GENERATE("throw", "drop");
  // At step.ended no connection is in use.
  if (action == "drop" && point == "step.ended") return;
  if (!every_point() && action == "drop" && point != "step.opened" && point != "step.ran" && point != "deploy.committed" && point != "deploy.committed:2") return;
  CAPTURE(point, action);
  Site site;
  const auto m = folder(site);
  CHECK(ends_early([&] { site.deploy(m, point + ":" + action); }) == (action == "throw"));
  site.deploy(m);
  CHECK(validity(site) == "true");
  CHECK(row(site) == kStep + " 1 applied");
  CHECK(site.history().size() == 3);
  CHECK(site.reader()->units(journal::UnitState::in_doubt).empty());
  CHECK(site.reader()->migrations().size() == 1);
}

TEST_CASE("while it isn't finished Prisma stays out, and an undo sends to deploy") {
  Site site;
  const auto m = folder(site);
  CHECK(ends_early([&] { site.deploy(m, "step.opened:throw"); }));
  CHECK(row(site) == kStep + " 0 failed");
  CHECK(site.status(m).failed == Names{kStep});
  CHECK(failure_of([&] { site.revert(m, "start"); }).next == "tidemark resolve " + kStep);
  CHECK(site.deploy(m).applied == Names{kStep});
}

TEST_CASE("an invalid index left by a crash is found, dropped and built again") {
  Site site;
  const auto m = folder(site);
  CHECK(ends_early([&] { site.deploy(m, "step.opened:throw"); }));
  // As a killed server process leaves it.
  site.database.sql("CREATE UNIQUE INDEX \"profiles Idx\" ON profiles (id)");
  site.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"profiles Idx\"'::regclass");
  CHECK(site.deploy(m, "step.cleared:drop").applied == Names{kStep});
  CHECK(validity(site) == "true");
  CHECK_THAT(site.said(), Catch::Contains("index public.\"profiles Idx\" is invalid, left by a crash"));
}

TEST_CASE("with IF NOT EXISTS an invalid index would be passed over: it is built again") {
  Site site;
  const auto m = folder(site, "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"profiles Idx\" ON profiles (id)");
  site.database.sql("CREATE INDEX \"profiles Idx\" ON profiles (id)");
  site.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"profiles Idx\"'::regclass");
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK(validity(site) == "true");
}

TEST_CASE("PostgreSQL refuses the statement: what it left is dropped, and the row is rolled back") {
  Site site;
  site.database.sql("CREATE TABLE twice AS SELECT 1 AS a FROM generate_series(1, 2)");
  const auto m = folder(site, "CREATE UNIQUE INDEX CONCURRENTLY twice_a ON twice (a)");
  const auto failure = failure_of([&] { site.deploy(m); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("could not create unique index") && Catch::Contains("23505"));
  CHECK(site.database.sql("SELECT count(*) FROM pg_class WHERE relname = 'twice_a'") == "0");
  CHECK(row(site) == kStep + " 0 rolled_back");
  CHECK(site.status(m).failed.empty());
  site.database.sql("DELETE FROM twice WHERE ctid = '(0,1)'");
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK(row(site) == kStep + " 1 applied");
}

TEST_CASE("something of its name is there: refused before anything runs") {
  Site site;
  site.database.sql("CREATE INDEX \"profiles Idx\" ON profiles (id)");
  const auto failure = failure_of([&] { site.deploy(folder(site)); });
  CHECK_THAT(failure.answer, Catch::Contains("is there already"));
  CHECK_THAT(failure.next, Catch::Contains("tidemark resolve"));
  CHECK(site.history().size() == 2);
}

TEST_CASE("a transaction that is never ended: named, cancelled, and the next deploy goes on") {
  Site site;
  const auto m = folder(site);
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("INSERT INTO public.profiles SELECT * FROM public.profiles LIMIT 0");
  const auto failure = failure_of([&] { site.deploy(m); });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.answer, Catch::Contains("in the way: pid " + std::to_string(blocker->backend_pid())) && Catch::Contains("idle in transaction for"));
  CHECK_THAT(site.said(), Catch::Contains("it waits for pid " + std::to_string(blocker->backend_pid())));
  blocker->rollback();
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK(validity(site) == "true");
}

TEST_CASE("a stop while it waits ends the statement") {
  Site site;
  const auto m = folder(site);
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("INSERT INTO public.profiles SELECT * FROM public.profiles LIMIT 0");
  auto limits = quick();
  limits.alone_wait_ms = 60000;
  auto deploying = in_background([&] { return site.deploy(m, "", limits); });
  site.database.await("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%CONCURRENTLY%' AND wait_event_type = 'Lock')");
  site.stop.request(15);
  CHECK(deploying.get().stopped);
  blocker->rollback();
}

TEST_CASE("the server still builds it for a runner that died: waited for, not built twice") {
  Site site;
  const auto m = folder(site);
  CHECK(ends_early([&] { site.deploy(m, "step.opened:throw"); }));
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("INSERT INTO public.profiles SELECT * FROM public.profiles LIMIT 0");
  auto old = in_background([&] { site.database.connect("old")->run_alone(kScript); });
  site.database.await("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%CONCURRENTLY%' AND wait_event_type = 'Lock')");
  auto deploying = in_background([&] { return site.deploy(m); });
  site.await_said("is at work on table public.profiles");
  blocker->rollback();
  CHECK(deploying.get().applied == Names{kStep});
  old.get();
  CHECK(validity(site) == "true");
  CHECK_THAT(site.said(), Catch::Contains("the server had finished it"));
}

TEST_CASE("the transaction that keeps the lease is ended: the statement ends with it, and begins again") {
  Site site;
  const auto m = folder(site);
  const auto blocker = site.database.connect("elsewhere");
  blocker->begin_unit({});
  blocker->query("INSERT INTO public.profiles SELECT * FROM public.profiles LIMIT 0");
  auto limits = quick();
  limits.alone_wait_ms = 60000;
  auto deploying = in_background([&] { return site.deploy(m, "", limits); });
  site.database.await("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%CONCURRENTLY%' AND wait_event_type = 'Lock')");
  const auto first = site.database.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%CONCURRENTLY%' AND wait_event_type = 'Lock'");
  site.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%FROM tidemark.lease%FOR SHARE%' AND state = 'idle in transaction'");
  site.database.await("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = " + first + ")");
  blocker->rollback();
  CHECK(deploying.get().applied == Names{kStep});
  CHECK(validity(site) == "true");
}

TEST_CASE("an index is dropped concurrently, VACUUM and REINDEX run, each alone") {
  Site site;
  site.database.sql("CREATE INDEX gone ON profiles (id)");
  const auto before = site.catalog();
  site.directory.migration("m/1_drop", "DROP INDEX CONCURRENTLY gone");
  site.directory.migration("m/2_vacuum", "VACUUM (ANALYZE) profiles;");
  site.directory.migration("m/3_reindex", "REINDEX (VERBOSE) TABLE CONCURRENTLY profiles");
  CHECK(site.deploy(site.directory.path() + "/m").applied == Names{"1_drop", "2_vacuum", "3_reindex"});
  CHECK(site.database.sql("SELECT to_regclass('gone') IS NULL") == "t");
  CHECK(site.revert(site.directory.path() + "/m", "20251104193308_init").reverted.size() == 3);
  CHECK(site.catalog() == before);
}

TEST_CASE("a down.sql with CONCURRENTLY runs in its unit without it") {
  Site site;
  const auto before = site.catalog();
  const auto m = folder(site);
  std::ofstream(m + "/" + kStep + "/down.sql") << "DROP INDEX CONCURRENTLY \"profiles Idx\";";
  CHECK(site.deploy(m).applied == Names{kStep});
  CHECK_THAT(site.said(), Catch::Contains("its inverse (down.sql) takes it back"));
  CHECK(site.revert(m, "20251104193308_init").reverted == Names{kStep});
  CHECK(site.catalog() == before);
}
