#include "engine/schema/scan.h"

#include <catch2/catch.hpp>

#include "engine/errors.h"

using namespace tidemark::engine;
using namespace tidemark::engine::schema;

namespace {

std::string unfit(const std::string& script) {
  std::string out;
  for (const auto& one : unfit_for_unit(script)) out += (out.empty() ? "" : ", ") + one.what + "@" + std::to_string(one.line);
  return out;
}

}  // namespace

TEST_CASE("whether a script drops a table or something of it is told by its statements") {
  for (const std::string yes : {"DROP TABLE links", "drop table if exists x, \"public\".\"links\" cascade", "SELECT 1; ALTER TABLE public.links DROP COLUMN a", "ALTER TABLE ONLY links ADD b int, DROP a",
                                "ALTER TABLE links DROP IF EXISTS a;"}) {
    CAPTURE(yes);
    CHECK(drops_from(yes, "links"));
  }
  for (const std::string no : {"DROP INDEX links", "DROP TABLE other; -- links", "ALTER TABLE links ALTER a DROP DEFAULT", "ALTER TABLE links ALTER a DROP NOT NULL", "ALTER TABLE links DROP CONSTRAINT c",
                               "ALTER TABLE other DROP links", "COMMENT ON TABLE links IS 'DROP TABLE links'", "DROP TABLE \"Links\"", ""}) {
    CAPTURE(no);
    CHECK_FALSE(drops_from(no, "links"));
  }
}

TEST_CASE("statements that can't run in a unit are recognised") {
  const auto [script, found] = GENERATE(table<std::string, std::string>({
      {"CREATE INDEX CONCURRENTLY i ON t(a)", "CREATE INDEX CONCURRENTLY@1"},
      {"create /* a */ unique -- b\n index concurrently if not exists i on t(a);", "CREATE INDEX CONCURRENTLY@1"},
      {"DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY@1"},
      {"REINDEX TABLE CONCURRENTLY t", "REINDEX CONCURRENTLY@1"},
      {"REINDEX (VERBOSE, CONCURRENTLY) INDEX i", "REINDEX CONCURRENTLY@1"},
      {"ALTER TABLE p DETACH PARTITION q CONCURRENTLY", "DETACH PARTITION CONCURRENTLY@1"},
      {"SELECT 1;\n\nVACUUM (ANALYZE) t;", "VACUUM@3"},
      {"ALTER SYSTEM SET work_mem = 1", "ALTER SYSTEM@1"},
      {"BEGIN;\nCREATE TABLE t();\nCOMMIT;", "BEGIN@1, COMMIT@3"},
      {"START TRANSACTION; END;", "START TRANSACTION@1, END@1"},
      {"ROLLBACK; ABORT; ROLLBACK TO x; SAVEPOINT x; RELEASE x", "ROLLBACK@1, ABORT@1, ROLLBACK TO SAVEPOINT@1, SAVEPOINT@1, RELEASE@1"},
      {"PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION@1"},
      {"COPY t (a, b) FROM STDIN WITH (FORMAT csv);\n1,';\n\\.\nBEGIN", "COPY FROM STDIN@1"},
      {"SELECT 1;\n\\connect other\n", "psql's \\connect@2"},
      {"SELECT 1 \\gset", "psql's \\gset@1"},
      {"SELECT 'it''s'; COMMIT", "COMMIT@1"},
      {"SELECT E'it\\'s'; COMMIT", "COMMIT@1"},
      {"SELECT e'\\\\'; COMMIT", "COMMIT@1"},
      {"SELECT '\\'; COMMIT", "COMMIT@1"},                           // a backslash is a letter in a plain string
      {"SELECT U&'d\\0061t'; COMMIT", "COMMIT@1"},
      {"SELECT $$a$$, $1; COMMIT", "COMMIT@1"},
      {"SELECT $a$ $b$ $a$; COMMIT", "COMMIT@1"},
      {"/* /* nested */ COMMIT; */ COMMIT", "COMMIT@1"},
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; COMMIT", "COMMIT@1"},
      {"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;\nCOMMIT", "COMMIT@2"},
  }));
  CAPTURE(script);
  CHECK(unfit(script) == found);
}

TEST_CASE("what only looks like one is let through") {
  const auto script = GENERATE(as<std::string>{},
      "", ";", "-- COMMIT;\n/* BEGIN; */", "SELECT 'COMMIT;'", "SELECT E'\\';COMMIT;'", "SELECT $$; COMMIT; $$", "SELECT $tag$; $$; VACUUM; $tag$",
      "CREATE TABLE \"commit\" (\"begin\" int)", "\"commit\"", "SELECT \"a\"\";COMMIT;\"", "CREATE INDEX i ON t(a)",
      "CREATE INDEX \"concurrently\" ON t(a)", "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "DO $$ BEGIN EXECUTE 'x'; END $$",
      "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "COPY t FROM '/tmp/x'", "COPY t TO STDOUT", "ALTER TABLE t ADD COLUMN \"end\" int",
      "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 'unclosed ; COMMIT", "/* unclosed ; COMMIT", "SELECT $x$ unclosed; COMMIT",
      "SELECT a$b$ FROM t; SELECT c$b$", "PREPARE q AS SELECT 1", "SELECT U&'\\' FROM t", "SELECT b'1', x'F', n'\\'");
  CAPTURE(script);
  CHECK(unfit(script) == "");
}

TEST_CASE("a refusal names every statement and line before anything runs") {
  try {
    way_of("CREATE TABLE t();\nVACUUM;\nCREATE INDEX CONCURRENTLY i ON t(a);", "1_a/migration.sql");
    FAIL("not refused");
  } catch (const Failure& failure) {
    CHECK(failure.code == ExitCode::failed);
    CHECK(failure.object == "1_a/migration.sql");
    CHECK_THAT(failure.answer, Catch::Contains("runs this only alone, outside of any transaction, and other statements stand beside it: VACUUM (line 2), CREATE INDEX CONCURRENTLY (line 3)"));
  }
}

TEST_CASE("identifiers are folded as PostgreSQL folds them, and found in DO blocks") {
  CHECK(identifiers("ALTER TABLE \"Users\" ADD Foo int; SELECT 'bar' -- baz\n; DO $d$ EXECUTE format($x$CREATE TABLE \"q\"\"q\"$x$) $d$") ==
        std::vector<std::string>{"Users", "add", "alter", "create", "do", "execute", "foo", "format", "int", "q\"q", "select", "table"});
}
