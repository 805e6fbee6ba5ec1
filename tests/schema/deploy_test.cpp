/// Deploy: migrations as units, and the history as Prisma would have written it.

#include "engine/schema/checksum.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("the shipped migrations are applied, and twice is once") {
  const auto id_type = GENERATE(as<std::string>{}, "uuid", "text");
  Site site(id_type);
  CHECK(site.deploy(shipped()).applied == kShipped);
  CHECK(site.database.sql("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'profile_links'::regclass "
                          "AND attname = 'profileId'") == id_type);
  const auto catalog = site.catalog(), told = site.told();
  const auto history = site.history();
  CHECK(history == Names{"20251104192045_init 1 applied", "20251104193308_init 1 applied", kShipped[0] + " 1 applied", kShipped[1] + " 1 applied",
                         kShipped[2] + " 1 applied", kShipped[3] + " 1 applied"});

  CHECK(site.deploy(shipped()).applied.empty());
  CHECK_THAT(site.said(), Catch::Contains("schema: nothing to do"));
  CHECK(site.catalog() == catalog);
  CHECK(site.history() == history);
  CHECK(site.told() == told);
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "4");
}

TEST_CASE("history rows are exactly Prisma's") {
  Site site;
  site.deploy(shipped());
  const auto folders = read_migrations(shipped());
  for (const auto& folder : folders) {
    const auto is = [&](const std::string& what) {
      INFO(folder.name << ": " << what);
      CHECK(site.database.sql("SELECT " + what + " FROM _prisma_migrations WHERE migration_name = '" + folder.name + "'") == "t");
    };
    is("count(*) = 1");
    is("id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'");
    is("checksum = '" + checksum(folder.script) + "'");
    is("finished_at > started_at AND started_at > now() - interval '1 minute'");
    is("rolled_back_at IS NULL AND logs IS NULL AND applied_steps_count = 1");
  }
}

TEST_CASE("the journal holds what undo needs") {
  Site site;
  site.deploy(shipped());
  const auto reader = site.reader();
  const auto migrations = reader->migrations();
  const auto folders = read_migrations(shipped());
  REQUIRE(migrations.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(migrations[i].name == kShipped[i]);
    CHECK(migrations[i].applied);
    const auto intended = std::get<journal::MigrationIntended>(journal::decode(*reader->event(migrations[i].intent)));
    CHECK(intended.script == folders[i].script);
    CHECK(intended.inverse == folders[i].down);
    CHECK(journal::hex(intended.checksum) == folders[i].checksum);
    CHECK(site.database.sql("SELECT migration_name FROM _prisma_migrations WHERE id = '" + intended.history_id + "'") == kShipped[i]);
  }
}

TEST_CASE("a script that fails at its third statement leaves nothing") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)")
      .migration("m/2_b", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);\nALTER TABLE missing ADD COLUMN x int;\n")
      .migration("m/3_c", "CREATE TABLE c (id int)");
  const auto failure = failure_of([&] { site.deploy(site.directory.path() + "/m"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK(failure.doing == "applying migration 2_b");
  CHECK(failure.object == "2_b/migration.sql");
  CHECK(failure.answer == "relation \"missing\" does not exist (SQLSTATE 42P01)");
  CHECK(failure.safe == "All of this migration was rolled back; 1 before it stay applied.");
  CHECK(failure.next == "tidemark resolve 2_b looks whether its effect is there already; or correct the script, then tidemark deploy");
  CHECK(site.database.sql("SELECT to_regclass('a') IS NOT NULL AND to_regclass('b') IS NULL AND to_regclass('c') IS NULL") == "t");
  CHECK(site.history().back() == "1_a 1 applied");
  CHECK(site.told() == "migration_intended 1_a, migration_applied 1_a, migration_refused 2_b 42P01");
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "1");

  site.directory.migration("m/2_b", "CREATE TABLE b (id int)");  // corrected
  CHECK(site.deploy(site.directory.path() + "/m").applied == Names{"2_b", "3_c"});
}

TEST_CASE("where PostgreSQL knows the line, it is said") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a (id int);\n\nCREATE TABEL b (id int);");
  const auto failure = failure_of([&] { site.deploy(site.directory.path() + "/m"); });
  CHECK(failure.answer == "syntax error at or near \"TABEL\" (SQLSTATE 42601); line 3 of the script");
}

TEST_CASE("a deferred constraint that fails at the unit's end is the script's failure") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE a (id int PRIMARY KEY);"
                                    "CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO b VALUES (7)");
  CHECK_THAT(failure_of([&] { site.deploy(site.directory.path() + "/m"); }).answer, Catch::Contains("SQLSTATE 23503"));
  CHECK(site.database.sql("SELECT to_regclass('a') IS NULL") == "t");
  CHECK_THAT(site.told(), Catch::EndsWith("migration_refused 1_a 23503"));
  CHECK(site.deploy(shipped()).applied == kShipped);
}

TEST_CASE("scripts that can't run in a unit are refused by name before the first runs") {
  Site site;
  const auto [script, answer] = GENERATE(table<std::string, std::string>({
      {"CREATE INDEX CONCURRENTLY i ON users (email);\nSELECT 1", "other statements stand beside it: CREATE INDEX CONCURRENTLY (line 1)"},
      {"CREATE INDEX CONCURRENTLY ON users (email)", "the index has no name"},
      {"CREATE TABLE b ();\nCOMMIT;\nCREATE TABLE c ();", "transactions of its own, other than one around all of it: COMMIT (line 2)"},
      {"CREATE TABLE b ();\nBEGIN;\nCREATE TABLE c ();", "opens a transaction and doesn't close it, so that Prisma's history would be lost with it: BEGIN (line 2)"},
      {"BEGIN; CREATE TABLE b ();\nROLLBACK;", "ROLLBACK (line 2)"},
      {"CREATE TABLE b ();\n\\i other.sql\n", "nor can Prisma run it: psql's \\i (line 2)"},
      {"COPY users FROM STDIN;\n\\.\n", "COPY FROM STDIN (line 1)"},
  }));
  CAPTURE(script);
  site.directory.migration("m/1_a", "CREATE TABLE a (id int)").migration("m/2_b", script);
  const auto failure = failure_of([&] { site.deploy(site.directory.path() + "/m"); });
  CHECK(failure.code == ExitCode::failed);
  CHECK(failure.object == "2_b/migration.sql");
  CHECK_THAT(failure.answer, Catch::Contains(answer));
  CHECK(failure.safe == "Nothing was run.");
  CHECK(site.database.sql("SELECT to_regclass('a') IS NULL") == "t");
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "0");
}

TEST_CASE("a BEGIN and COMMIT around all of a script are the unit's") {
  Site site;
  site.directory.migration("m/1_a", "-- by hand\nBEGIN;\nCREATE TABLE a (id int); -- COMMIT;\nINSERT INTO a VALUES (1);\nCOMMIT;\n", "START TRANSACTION; DROP TABLE a; END");
  const auto m = site.directory.path() + "/m";
  const auto before = site.catalog();
  CHECK(site.deploy(m).applied == Names{"1_a"});
  CHECK(site.database.sql("SELECT count(*) FROM a") == "1");
  CHECK(site.database.sql("SELECT count(*) FROM tidemark.receipt") == "1");
  CHECK(site.status(m).changed.empty());  // the checksum is the file's
  CHECK(site.revert(m, "20251104193308_init").reverted == Names{"1_a"});
  CHECK(site.catalog() == before);
}

TEST_CASE("what a script sets doesn't rule the unit's rest, nor the next script") {
  Site site;
  site.directory
      .migration("m/1_a", "CREATE SCHEMA other; SET search_path = other; SET DateStyle = 'German'; SET statement_timeout = 1; "
                          "SET default_transaction_read_only = on; CREATE TABLE a (id int)")
      .migration("m/2_b", "CREATE TABLE b (id int)");
  CHECK(site.deploy(site.directory.path() + "/m").applied.size() == 2);
  CHECK(site.database.sql("SELECT to_regclass('other.a') IS NOT NULL AND to_regclass('public.b') IS NOT NULL") == "t");
}

TEST_CASE("an empty script and one of comments are applied") {
  Site site;
  site.directory.migration("m/1_a", "").migration("m/2_b", "-- nothing\n");
  CHECK(site.deploy(site.directory.path() + "/m").applied.size() == 2);
}

TEST_CASE("quotes of every kind reach PostgreSQL as they are") {
  Site site;
  site.directory.migration("m/1_a", "CREATE TABLE \"a'$$\\\" (t text DEFAULT E'it\\'s $$ $a$ \\\\'); INSERT INTO \"a'$$\\\" DEFAULT VALUES; -- it's $$");
  CHECK(site.deploy(site.directory.path() + "/m").applied.size() == 1);
  CHECK(site.database.sql("SELECT t FROM \"a'$$\\\"") == "it's $$ $a$ \\");
}

TEST_CASE("a stop between two migrations") {
  Site site;
  site.stop.request(15);
  const auto report = site.deploy(shipped());
  CHECK(report.stopped);
  CHECK(report.applied.empty());
}
