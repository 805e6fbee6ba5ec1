/// What the history says, and what deploy makes of it.

#include "engine/schema/checksum.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

void insert(Site& site, const std::string& name, const std::string& finished, const std::string& rolled_back, const std::string& sum = "x") {
  site.database.sql("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at, logs) VALUES (gen_random_uuid()::text, '" + sum +
                    "', '" + name + "', " + finished + ", " + rolled_back + ", 'it went wrong' || chr(10) || 'badly')");
}

}  // namespace

TEST_CASE("an empty schema without a history gets the table that Prisma would make") {
  Site site("");
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)", "DROP TABLE a");
  CHECK(site.deploy(site.directory.path() + "/m").applied == Names{"1_a"});
  CHECK(site.history() == Names{"1_a 1 applied"});
  CHECK(site.database.sql("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || "
                          "coalesce(pg_get_expr(adbin, adrelid), '-'), ', ' ORDER BY attnum) FROM pg_attribute "
                          "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = '_prisma_migrations'::regclass AND attnum > 0") ==
        "id character varying(36) true -, checksum character varying(64) true -, finished_at timestamp with time zone false -, "
        "migration_name character varying(255) true -, logs text false -, rolled_back_at timestamp with time zone false -, "
        "started_at timestamp with time zone true now(), applied_steps_count integer true 0");
}

TEST_CASE("a schema that isn't empty and has no history is refused, and nothing is made") {
  Site site("");
  site.database.sql(GENERATE(as<std::string>{}, "CREATE TABLE strange (id int)", "CREATE TYPE strange AS ENUM ('a')", "CREATE VIEW strange AS SELECT 1"));
  const auto failure = failure_of([&] { site.deploy(shipped()); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("strange") && Catch::Contains("P3005"));
  CHECK_THAT(failure.next, Catch::Contains("tidemark baseline"));
  CHECK(site.database.sql("SELECT to_regclass('_prisma_migrations') IS NULL") == "t");
}

TEST_CASE("a first migration that fails leaves no history table either") {
  Site site("");
  site.directory.migration("m/1_a", "SELECT 1/0");
  CHECK_THAT(failure_of([&] { site.deploy(site.directory.path() + "/m"); }).answer, Catch::Contains("division by zero"));
  CHECK(site.database.sql("SELECT to_regclass('_prisma_migrations') IS NULL") == "t");
}

TEST_CASE("a changed file is reported, another form of its line ends isn't") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a (\nid int)").migration("m/2_b", "CREATE TABLE b (\nid int)");
  const auto migrations = site.directory.path() + "/m";
  site.deploy(migrations);
  site.directory.migration("m/1_a", "CREATE TABLE a (\r\nid int)").migration("m/2_b", "CREATE TABLE b (\nid bigint)");
  const auto report = site.deploy(migrations);
  CHECK(report.applied.empty());
  CHECK(report.before.changed == Names{"2_b"});
  CHECK_THAT(site.said(), Catch::Contains("! migration 2_b was changed after it was applied"));
  CHECK(site.status(migrations).changed == Names{"2_b"});
}

TEST_CASE("a failed row stops everything, whether it has a folder or not") {
  Site site;
  const auto name = GENERATE(as<std::string>{}, "20251105005100_add_profile_title", "20240101000000_long_gone");
  insert(site, name, "NULL", "NULL");
  const auto failure = failure_of([&] { site.deploy(shipped()); });
  CHECK(failure.code == ExitCode::inconclusive);
  CHECK_THAT(failure.answer, Catch::Contains("migration " + name + " began at") && Catch::Contains("(it went wrong)"));
  CHECK_THAT(failure.next, Catch::Contains("tidemark resolve " + name));
  CHECK(site.status(shipped()).failed == Names{name});
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "0");
  CHECK(failure_of([&] { site.revert(shipped(), "start"); }).code == ExitCode::inconclusive);
}

TEST_CASE("a migration that Prisma rolled back is pending, one that it resolved is applied") {
  Site site;
  insert(site, kShipped[0], "NULL", "now()");
  insert(site, kShipped[1], "now()", "NULL");
  const auto status = site.status(shipped(), false);
  CHECK(status.rolled_back == Names{kShipped[0]});
  CHECK(status.applied == Names{kShipped[1]});
  CHECK(site.deploy(shipped()).applied == Names{kShipped[0], kShipped[2], kShipped[3]});
}

TEST_CASE("rows without a folder are reported, and no reason to refuse") {
  Site site;
  const auto report = site.deploy(shipped());
  CHECK(report.before.unknown == Names{"20251104192045_init", "20251104193308_init"});
  CHECK(report.before.pending == kShipped);
  CHECK_THAT(site.said(), Catch::Contains("migration 20251104192045_init is applied, but has no folder here"));
}

TEST_CASE("status and plan_revert need SELECT only, and no journal") {
  Site site;
  site.deploy(shipped());
  const auto reader = site.database.role();
  site.database.sql("GRANT SELECT ON _prisma_migrations TO " + reader);
  const auto session = site.database.connect("status", true, reader);
  session->begin_reading();
  const auto status = schema::status(*session, read_migrations(shipped()), nullptr);
  CHECK(status.applied == kShipped);
  CHECK(plan_revert(*session, read_migrations(shipped()), nullptr, kShipped[2]).size() == 1);
  session->rollback();
}

TEST_CASE("a file with CRLF runs as it is, under the checksum of its bytes") {
  Site site;
  const std::string script = "CREATE TABLE a (\r\n  id int -- a comment\r\n);\r\nINSERT INTO a VALUES (1);\r\n";
  site.directory.migration("m/1_a", script, "DROP TABLE a;\r\n");
  CHECK(site.deploy(site.directory.path() + "/m").applied == Names{"1_a"});
  CHECK(site.database.sql("SELECT checksum FROM _prisma_migrations WHERE migration_name = '1_a'") == checksum(script));
  CHECK(site.status(site.directory.path() + "/m").changed.empty());
  CHECK(site.revert(site.directory.path() + "/m", "20251104193308_init").reverted == Names{"1_a"});
}

TEST_CASE("a byte order mark is refused by name before anything runs; where it was applied it is nobody's matter") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)").migration("m/2_b", "\xEF\xBB\xBF" "CREATE TABLE b (id int)");
  const auto m = site.directory.path() + "/m";
  const auto failure = failure_of([&] { site.deploy(m); });
  CHECK(failure.object == "2_b/migration.sql");
  CHECK_THAT(failure.answer, Catch::Contains("byte order mark"));
  CHECK_THAT(failure.next, Catch::Contains("sed -i"));
  CHECK(site.history().size() == 2);
  insert(site, "2_b", "now()", "NULL");  // by psql, which passes the mark over, and `prisma migrate resolve --applied`
  CHECK(site.deploy(m).applied == Names{"1_a"});
}

TEST_CASE("two histories in one table: each sees the other's rows as unknown, and an undo goes through both by time") {
  Site site;
  site.directory.migration("a/1_a", "CREATE TABLE a (id int)").migration("b/2_b", "CREATE TABLE b (id int)");
  const auto a = site.directory.path() + "/a", b = site.directory.path() + "/b";
  CHECK(site.deploy(a).applied == Names{"1_a"});
  CHECK(site.deploy(b).applied == Names{"2_b"});
  site.directory.migration("a/3_c", "CREATE TABLE c (id int)");
  CHECK(site.deploy(a).applied == Names{"3_c"});
  const auto seen = site.status(b);
  CHECK(seen.applied == Names{"2_b"});
  CHECK(seen.pending.empty());
  CHECK(std::count(seen.unknown.begin(), seen.unknown.end(), "1_a") + std::count(seen.unknown.begin(), seen.unknown.end(), "3_c") == 2);
  CHECK(site.revert(a, "1_a").reverted == Names{"3_c", "2_b"});
  CHECK(site.database.sql("SELECT to_regclass('a') IS NOT NULL AND to_regclass('b') IS NULL AND to_regclass('c') IS NULL") == "t");
  CHECK(site.deploy(b).applied == Names{"2_b"});
}

TEST_CASE("what the journal calls applied and the history doesn't is said") {
  Site site;
  site.deploy(shipped());
  site.database.sql("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '" + kShipped[3] + "'");
  CHECK(site.status(shipped()).lost == Names{kShipped[3]});
  CHECK(site.status(shipped()).pending == Names{kShipped[3]});
}

TEST_CASE("the history of another schema is found by the search_path") {
  Site site;
  site.database.sql("ALTER SCHEMA public RENAME TO \"App \"\" x\"");
  site.database.sql("ALTER DATABASE " + site.database.name() + " SET search_path = \"App \"\" x\"");
  CHECK(site.deploy(shipped()).applied == kShipped);
  CHECK(site.revert(shipped(), "start").reverted.size() == 4);
  CHECK(site.database.sql("SELECT count(*) FROM \"App \"\" x\"._prisma_migrations WHERE rolled_back_at IS NOT NULL") == "4");
}
