/// The way back.

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("back to each point, the catalog is as it was there") {
  const auto [id_type, first] = GENERATE(table<std::string, std::string>({{"uuid", "start"}, {"text", "20251104193308_init"}}));
  Site site(id_type);
  const auto folders = read_migrations(shipped());
  Names catalogs = {site.catalog()};
  for (std::size_t i = 1; i <= 4; ++i) {
    site.run([&](auto& environment, auto& run) { schema::deploy(environment, run, {folders.begin(), folders.begin() + static_cast<long>(i)}, quick()); });
    catalogs.push_back(site.catalog());
  }
  for (std::size_t keep = 4; keep-- > 0;) {
    site.deploy(shipped());
    if (keep == 0) CHECK(site.catalog() == catalogs[4]);
    const auto to = keep == 0 ? first : kShipped[keep - 1];
    INFO("back to " << to);
    CHECK(site.revert(shipped(), to).reverted == Names(kShipped.rbegin(), kShipped.rend() - static_cast<long>(keep)));
    CHECK(site.catalog() == catalogs[keep]);
    CHECK(site.status(shipped()).pending == Names(kShipped.begin() + static_cast<long>(keep), kShipped.end()));
    CHECK(site.status(shipped()).lost.empty());
  }
}

TEST_CASE("the row of an undone migration is rolled back, and a new one comes with the next deploy") {
  Site site;
  site.deploy(shipped());
  site.revert(shipped(), kShipped[2]);
  CHECK(site.history().back() == kShipped[3] + " 1 rolled_back");
  CHECK(site.database.sql("SELECT finished_at IS NOT NULL AND rolled_back_at > finished_at AND logs IS NULL FROM _prisma_migrations WHERE migration_name = '" +
                          kShipped[3] + "'") == "t");
  CHECK(site.status(shipped()).rolled_back == Names{kShipped[3]});
  CHECK(site.deploy(shipped()).applied == Names{kShipped[3]});
  CHECK(site.history().size() == 7);
  const auto migrations = site.reader()->migrations();
  REQUIRE(migrations.size() == 4);
  CHECK((migrations[3].name == kShipped[3] && migrations[3].applied));
}

TEST_CASE("twice is once, and the last one is nothing to undo") {
  Site site;
  site.deploy(shipped());
  site.revert(shipped(), kShipped[0]);
  CHECK(site.revert(shipped(), kShipped[0]).reverted.empty());
  CHECK_THAT(site.said(), Catch::Contains("schema: nothing to do"));
}

TEST_CASE("the inverse that was recorded is used, not a down.sql that changed or went since") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)", "DROP TABLE a");
  site.deploy(migrations);
  SECTION("changed") { site.directory.file("m/1_a/down.sql", "SELECT 1/0"); }
  SECTION("gone") { std::filesystem::remove_all(migrations + "/1_a"); }
  const auto session = site.database.connect();
  const auto plan = plan_revert(*session, read_migrations(migrations), site.reader().get(), "20251104193308_init");
  REQUIRE(plan.size() == 1);
  CHECK_THAT(plan[0].source, Catch::StartsWith("event #"));
  CHECK(site.revert(migrations, "start").reverted == Names{"1_a"});
  CHECK(site.database.sql("SELECT to_regclass('a') IS NULL") == "t");
}

TEST_CASE("a migration that Prisma applied is undone by the folder's down.sql") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)", "DROP TABLE a");
  site.database.sql("CREATE TABLE a (id int)");
  site.database.sql("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('x', 'x', '1_a', now(), 1)");
  CHECK(site.revert(migrations, "20251104193308_init").reverted == Names{"1_a"});
  CHECK(site.history().back() == "1_a 1 rolled_back");
  CHECK(site.told() == "migration_intended 1_a revert, migration_reverted 1_a");
}

TEST_CASE("without an inverse nothing is undone, not even what came later") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  auto limits = quick();
  limits.irreversible = true;
  site.directory.migration("m/1_a", "CREATE TABLE a (id int); CREATE RULE r AS ON DELETE TO a DO INSTEAD NOTHING").migration("m/2_b", "CREATE TABLE b (id int)", "DROP TABLE b");
  CHECK_THAT(failure_of([&] { site.deploy(migrations); }).answer, Catch::Contains("rule public.a.r was made"));
  site.deploy(migrations, "", limits);
  const auto failure = failure_of([&] { site.revert(migrations, "20251104193308_init"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK(failure.object == "migration 1_a");
  CHECK(site.database.sql("SELECT to_regclass('b') IS NOT NULL") == "t");
  CHECK(site.revert(migrations, "1_a").reverted == Names{"2_b"});
}

TEST_CASE("an unknown point of return is refused") {
  Site site;
  site.deploy(shipped());
  const auto failure = failure_of([&] { site.revert(shipped(), "20990101000000_never"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK(failure.object == "migration 20990101000000_never");
}

TEST_CASE("a down.sql that fails by now leaves the migration applied") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)", "SELECT 1 / count(*) FROM users; DROP TABLE a");
  site.database.sql("INSERT INTO users (id, username, email, password, \"displayName\", \"updatedAt\") VALUES ('00000000-0000-4000-8000-000000000001', 'u', 'e', 'p', 'd', now())");
  site.deploy(migrations);
  site.database.sql("DELETE FROM users");
  const auto failure = failure_of([&] { site.revert(migrations, "20251104193308_init"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("division by zero"));
  CHECK(site.history().back() == "1_a 1 applied");
  CHECK(site.database.sql("SELECT to_regclass('a') IS NOT NULL") == "t");
  CHECK_THAT(site.told(), Catch::EndsWith("migration_refused 1_a 22012"));
}
