/// A way back that would drop data isn't taken.

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

const std::string kPeople =
    "INSERT INTO users (id, username, email, password, \"displayName\", \"updatedAt\") VALUES ('00000000-0000-4000-8000-000000000001', 'u', 'e', 'p', 'd', now());"
    "INSERT INTO profiles (id, \"userId\", \"vanityUrl\", \"updatedAt\") VALUES ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'v', now());";
const std::string kLink =
    "INSERT INTO profile_links VALUES ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001', "
    "'00000000-0000-4000-8000-000000000002', 'l', 'https://example.com', 'other', now(), now(), 3)";

}  // namespace

TEST_CASE("a table or column that holds data is not dropped, but named") {
  Site site;
  site.deploy(shipped());
  site.database.sql(kPeople + kLink);
  const auto catalog = site.catalog();
  auto failure = failure_of([&] { site.revert(shipped(), "start"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK(failure.doing == "undoing migration " + kShipped[3]);
  CHECK(failure.answer == "it would drop what holds data: column public.profile_links.position (1 row)");
  CHECK_THAT(failure.next, Catch::StartsWith("roll the rows back first: tidemark rollback --all"));
  CHECK(site.catalog() == catalog);
  CHECK(site.history().back() == kShipped[3] + " 1 applied");
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "4");

  site.database.sql("DELETE FROM profile_links");
  CHECK(site.revert(shipped(), kShipped[2]).reverted.size() == 1);
  site.database.sql("INSERT INTO profile_links VALUES ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001', "
                    "'00000000-0000-4000-8000-000000000002', 'l', 'https://example.com', 'other', now(), now())");
  failure = failure_of([&] { site.revert(shipped(), "start"); });
  CHECK(failure.answer == "it would drop what holds data: table public.profile_links (1 row)");
  CHECK(site.database.sql("SELECT count(*) FROM profile_links") == "1");
}

TEST_CASE("a column of NULLs holds nothing, one value is something") {
  Site site;
  site.deploy(shipped());
  site.database.sql(kPeople);
  site.database.sql("UPDATE users SET theme = 'dark'");
  const auto failure = failure_of([&] { site.revert(shipped(), "start"); });
  CHECK(failure.answer == "it would drop what holds data: column public.users.theme (1 row)");
  CHECK(failure.safe == "This migration stays applied, with all its data; 3 after it are undone.");
  site.database.sql("UPDATE users SET theme = NULL");
  CHECK(site.revert(shipped(), "start").reverted == Names{kShipped[0]});
}

TEST_CASE("what vanishes is seen by the catalog, however it is dropped") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  const auto [up, down, losses] = GENERATE(table<std::string, std::string, std::string>({
      {"CREATE SCHEMA s; CREATE TABLE s.\"A b\" (x int); INSERT INTO s.\"A b\" VALUES (1), (2)", "DROP SCHEMA s CASCADE", "table s.A b (2 rows)"},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "DO $$ BEGIN EXECUTE 'DR' || 'OP TABLE a'; END $$", "table public.a (1 row)"},
      {"CREATE TYPE e AS ENUM ('v'); CREATE TABLE a (x int, y e); INSERT INTO a VALUES (1, 'v'), (2, NULL)", "DROP TYPE e CASCADE",
       "column public.a.y (1 row)"},
      {"CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1)", "DROP TABLE p",
       "table public.p (1 row), table public.p1 (1 row)"},
      {"CREATE TABLE a (x int, y int GENERATED ALWAYS AS (x + 1) STORED); INSERT INTO a VALUES (1)", "ALTER TABLE a DROP COLUMN y", ""},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN x TO y; DROP TABLE IF EXISTS a", ""},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "CREATE SCHEMA s; ALTER TABLE a SET SCHEMA s", ""},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "CREATE TABLE b (x int); INSERT INTO b SELECT * FROM a; DROP TABLE a", "table public.a (1 row)"},
      {"CREATE VIEW v AS SELECT 1", "DROP VIEW v", ""},
  }));
  CAPTURE(up, down);
  site.directory.migration("m/1_a", up, down);
  site.deploy(migrations);
  if (losses.empty()) {
    CHECK(site.revert(migrations, "20251104193308_init").reverted == Names{"1_a"});
  } else {
    const auto catalog = site.catalog();
    CHECK(failure_of([&] { site.revert(migrations, "20251104193308_init"); }).answer == "it would drop what holds data: " + losses);
    CHECK(site.catalog() == catalog);
  }
}

TEST_CASE("nobody fills a table between the look and the drop") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  const auto writer = site.database.connect();
  // The script runs twice, behind the savepoint and for good; a sequence isn't rolled back and tells the two apart.
  const auto slow = [](int run) { return "SELECT CASE WHEN nextval('run') = " + std::to_string(run) + " THEN pg_sleep(0.5) END; DROP TABLE a"; };
  const auto down = GENERATE_COPY(slow(1), slow(2));
  site.directory.migration("m/1_a", "CREATE SEQUENCE run; CREATE TABLE a (x int)", down);
  site.deploy(migrations);
  auto reverting = in_background([&] { return site.revert(migrations, "20251104193308_init"); });
  site.database.await("SELECT is_called AND last_value = " + std::string(down == slow(1) ? "1" : "2") + " FROM run");
  const auto answer = refusal([&] { writer->query("INSERT INTO public.a VALUES (1)"); });
  if (down == slow(1)) {  // it gets in, and is seen
    CHECK(answer == "nothing");
    CHECK_THROWS_WITH(reverting.get(), Catch::Contains("table public.a (1 row)"));
    CHECK(site.database.sql("SELECT count(*) FROM a") == "1");
  } else {  // it waits until the table is gone
    CHECK_THAT(answer, Catch::EndsWith(" 42P01"));
    CHECK(reverting.get().reverted.size() == 1);
  }
}

TEST_CASE("a table that others use: the revert waits within bounds and names them") {
  Site site;
  site.deploy(shipped());
  const auto reader = site.database.connect("reader");
  reader->begin_unit({});
  reader->query("SELECT count(*) FROM public.profile_links");
  const auto failure = failure_of([&] { site.revert(shipped(), "start"); });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.answer, Catch::Contains("held by pid " + std::to_string(reader->backend_pid())));
}
