/// Nothing is lost on the way back.

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

std::string totals(Site& site) {
  return site.database.sql("SELECT count(*) || ' ' || count(theme) || ' ' || md5(string_agg(id::text || coalesce(theme, '-'), ',' ORDER BY id)) FROM users");
}

}  // namespace

TEST_CASE("a theme of a thousand users is archived by the undo and comes back with the migration") {
  Site site;
  site.deploy(shipped());
  site.database.sql("INSERT INTO users (id, username, email, password, \"displayName\", \"updatedAt\", theme) SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, "
                    "'u' || n, 'e' || n, 'p', 'd', now(), CASE n % 2 WHEN 0 THEN 'light' ELSE 'dark' END FROM generate_series(1, 1001) n");
  site.database.sql("UPDATE users SET theme = NULL WHERE username = 'u1001'");
  const auto before = totals(site);
  const auto report = site.revert(shipped(), "start");
  CHECK(report.reverted.size() == 4);
  REQUIRE(report.archived.size() == 1);
  CHECK(report.archived[0].what.object == "column public.users.theme");
  CHECK(report.archived[0].what.rows == 1000);
  CHECK(site.status(shipped()).archived == Names{kShipped[0]});
  CHECK(site.database.sql("SELECT count(*) FROM users") == "1001");

  SECTION("by our deploy") {
    const auto again = site.deploy(shipped());
    CHECK(again.restored == 1000);
    CHECK(again.conflicts == 0);
    CHECK(totals(site) == before);
    CHECK(site.status(shipped()).archived.empty());
  }
  SECTION("but not to users who have gone") {
    site.database.sql("DELETE FROM users WHERE username IN ('u1', 'u2', 'u3')");
    const auto again = site.deploy(shipped());
    CHECK(again.restored == 997);
    CHECK(again.conflicts == 3);
    CHECK_THAT(site.said(), Catch::Contains("not brought back: public.users {00000000-0000-4000-8000-000000000002}"));
  }
  SECTION("also when Prisma applied it, except where somebody chose since") {
    site.database.sql(read_migrations(shipped())[0].script);
    site.database.sql("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('x', 'x', '" + kShipped[0] + "', now(), 1)");
    site.database.sql("UPDATE users SET theme = CASE theme WHEN 'dark' THEN 'light' ELSE 'dark' END, username = 'chose' WHERE username = 'u7'");
    site.database.sql("UPDATE users SET theme = 'light' WHERE username = 'chose'");
    CHECK(site.status(shipped()).archived == Names{kShipped[0]});
    const auto again = site.deploy(shipped());
    CHECK(again.restored == 999);
    CHECK(again.conflicts == 1);
    CHECK(site.database.sql("SELECT theme FROM users WHERE username = 'chose'") == "light");
    CHECK(site.status(shipped()).archived.empty());
    CHECK(site.deploy(shipped()).restored == 0);
  }
}

TEST_CASE("rows of a table come back as they were, in the order in which they refer to each other") {
  Site site;
  site.deploy(shipped());
  site.database.sql(kPeople + kLink);
  const auto before = site.database.sql("SELECT row(l.*)::text FROM profile_links l");
  CHECK(site.revert(shipped(), "start").archived.size() >= 1);
  CHECK(site.database.sql("SELECT to_regclass('profile_links') IS NULL") == "t");
  SECTION("all") {
    CHECK(site.deploy(shipped()).conflicts == 0);
    CHECK(site.database.sql("SELECT row(l.*)::text FROM profile_links l") == before);
  }
  SECTION("not one whose user has gone") {
    site.database.sql("DELETE FROM profiles; DELETE FROM users");
    CHECK(site.deploy(shipped()).conflicts >= 1);
    CHECK(site.database.sql("SELECT count(*) FROM profile_links") == "0");
  }
}

TEST_CASE("labels in use are archived by the undo of their ADD VALUE, and come back with it") {
  Site site;
  const auto m = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TYPE \"Mood\" AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, m \"Mood\", n \"Mood\" NOT NULL DEFAULT 'b', l \"Mood\"[] NOT NULL); CREATE TABLE u (n \"Mood\" NOT NULL)")
      .migration("m/2_b", "ALTER TYPE \"Mood\" ADD VALUE 'c' BEFORE 'b'")
      .migration("m/3_c", "ALTER TABLE t ALTER m SET DEFAULT 'c'; CREATE INDEX ON t (m) WHERE m = 'c'; ALTER TYPE \"Mood\" ADD VALUE IF NOT EXISTS 'it''s'");
  site.deploy(m);
  const std::string rows = "INSERT INTO t SELECT n, (ARRAY['a', 'c', 'it''s', NULL])[1 + n % 4]::\"Mood\", (ARRAY['a', 'b', 'c'])[1 + n % 3]::\"Mood\", "
                           "(ARRAY['{}', '{a,c,NULL}', '{\"it''s\",c}', '{b}'])[1 + n % 4]::\"Mood\"[] FROM generate_series(1, 1000) n";
  const std::string all = "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY id)) FROM t";
  site.database.sql(rows);
  const auto before = site.database.sql(all);
  SECTION("with a default, or NULL, or another array in their place meanwhile") {
    const auto report = site.revert(m, "1_a");
    CHECK(report.reverted == Names{"3_c", "2_b"});
    std::string archived;
    for (const auto& one : report.archived) archived += one.migration + " " + one.what.object + " " + std::to_string(one.what.rows) + "; ";
    CHECK(archived == "3_c labels in column public.t.l 250; 3_c labels in column public.t.m 250; 2_b labels in column public.t.l 500; 2_b labels in column public.t.m 250; 2_b labels in column public.t.n 333; ");
    CHECK(site.database.sql("SELECT enum_range(NULL::\"Mood\")::text") == "{a,b}");
    CHECK(site.database.sql("SELECT count(*) FILTER (WHERE m IS NULL) || ' ' || count(*) FILTER (WHERE n = 'b') || ' ' || count(*) FILTER (WHERE l = '{a,NULL}') || ' ' || count(*) FROM t") == "750 667 250 1000");
    const auto again = site.deploy(m);
    CHECK(again.applied == Names{"2_b", "3_c"});
    CHECK(again.conflicts == 0);
    CHECK(site.database.sql("SELECT enum_range(NULL::\"Mood\")::text") == "{a,c,b,it's}");
    CHECK(site.database.sql(all) == before);
  }
  SECTION("but not where a column must have a value and there is none to take: refused, nothing undone") {
    site.database.sql("ALTER TABLE u ADD PRIMARY KEY (n); INSERT INTO u VALUES ('a'), ('c')");
    const auto failure = failure_of([&] { site.revert(m, "1_a"); });
    CHECK(failure.code == ExitCode::failed);
    CHECK_THAT(failure.answer, Catch::Contains("\"n\"") && Catch::Contains("null values"));
    CHECK(site.status(m).applied == Names{"1_a", "2_b"});
    CHECK(site.database.sql("SELECT count(*) FROM t WHERE n = 'c'") == "333");
  }
  SECTION("and PostgreSQL doesn't let a script use the label that it adds") {
    site.directory.migration("m/4_d", "ALTER TYPE \"Mood\" ADD VALUE 'd'; UPDATE t SET m = 'd' WHERE id = 1");
    const auto failure = failure_of([&] { site.deploy(m); });
    CHECK_THAT(failure.answer, Catch::Contains("SQLSTATE 55P04"));
    CHECK_THAT(failure.next, Catch::Contains("a migration of its own"));
    CHECK(site.status(m).pending == Names{"4_d"});
    CHECK(site.database.sql(all) == before);
  }
}

TEST_CASE("what vanishes is seen by the catalog, however it is dropped") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  const auto [up, down, kept] = GENERATE(table<std::string, std::string, std::string>({
      {"CREATE SCHEMA s; CREATE TABLE s.\"A b\" (x int); INSERT INTO s.\"A b\" VALUES (1), (2)", "DROP SCHEMA s CASCADE", "table s.\"A b\" 2"},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "DO $$ BEGIN EXECUTE 'DR' || 'OP TABLE a'; END $$", "table public.a 1"},
      {"CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "DROP TABLE a; CREATE TABLE b (x int); DROP TABLE b", "table public.a 1"},
      {"CREATE VIEW v AS SELECT 1", "DROP VIEW v", ""},
  }));
  CAPTURE(up, down);
  site.directory.migration("m/1_a", up, down);
  site.deploy(migrations);
  std::string archived;
  for (const auto& one : site.revert(migrations, "20251104193308_init").archived) archived += one.what.object + " " + std::to_string(one.what.rows);
  CHECK(archived == kept);
}

TEST_CASE("an undo refuses to squeeze a value into its former type") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TABLE a (id int PRIMARY KEY, t varchar(4)); INSERT INTO a VALUES (1, 'four')").migration("m/2_b", "ALTER TABLE a ALTER t TYPE text");
  site.deploy(migrations);
  site.database.sql("UPDATE a SET t = 'longer'");
  const auto failure = failure_of([&] { site.revert(migrations, "1_a"); });
  CHECK(failure.object == "column public.a.t");
  CHECK(failure.answer == "1 of its values can't be said as character varying(4)");
  CHECK(site.database.sql("SELECT t FROM a") == "longer");
  site.database.sql("UPDATE a SET t = 'abcd'");
  CHECK(site.revert(migrations, "1_a").reverted == Names{"2_b"});
  CHECK(site.database.sql("SELECT t FROM a") == "abcd");
}

TEST_CASE("a value without a key to put it back by is not dropped") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  site.directory.migration("m/1_a", "CREATE TABLE a (x int); INSERT INTO a VALUES (1)", "DROP TABLE a").migration("m/2_b", "ALTER TABLE a ADD COLUMN y int");
  site.deploy(migrations);
  site.database.sql("UPDATE a SET y = 5");
  const auto failure = failure_of([&] { site.revert(migrations, "1_a"); });
  CHECK_THAT(failure.answer, Catch::Contains("no primary key"));
  CHECK(site.database.sql("SELECT y FROM a") == "5");
  site.database.sql("UPDATE a SET y = NULL");
  CHECK(site.revert(migrations, "1_a").reverted == Names{"2_b"});
}

TEST_CASE("nobody fills a table between the look and the drop") {
  Site site;
  const auto migrations = site.directory.path() + "/m";
  const auto writer = site.database.connect();
  // The script runs twice, behind the savepoint and for good; a sequence isn't rolled back and tells the two apart. The first two were the trial of deploy.
  const auto slow = [](int run) { return "SELECT CASE WHEN nextval('run') = " + std::to_string(run) + " THEN pg_sleep(0.5) END; DROP TABLE a"; };
  const auto down = GENERATE_COPY(slow(2), slow(3));
  site.directory.migration("m/0_run", "CREATE SEQUENCE run", "SELECT 1; DROP SEQUENCE run").migration("m/1_a", "CREATE TABLE a (x int)", down);
  site.deploy(migrations);
  auto reverting = in_background([&] { return site.revert(migrations, "0_run"); });
  site.database.await("SELECT is_called AND last_value = " + std::string(down == slow(2) ? "2" : "3") + " FROM run");
  const auto answer = refusal([&] { writer->query("INSERT INTO public.a VALUES (1)"); });
  const auto report = reverting.get();
  CHECK(report.reverted.size() == 1);
  if (down == slow(2)) {  // it gets in, and is archived
    CHECK(answer == "nothing");
    REQUIRE(report.archived.size() == 1);
    CHECK(report.archived[0].what.rows == 1);
  } else {  // it waits until the table is gone
    CHECK_THAT(answer, Catch::EndsWith(" 42P01"));
    CHECK(report.archived.empty());
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
