// A migration's script inside a unit.
#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a script runs whole, under the connection's own search_path") {
  Database database;
  database.sql("CREATE SCHEMA \"My app\"");
  const auto session = database.target({}, "My app")->connect("7/1", false);
  session->begin_unit(Pins{});
  session->run_script("CREATE TABLE a (id int); -- it's a comment $tag$ '\n/* \" */ INSERT INTO a VALUES (1);\n"
                      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'a''\\b' || $x$\\'$x$ $$;\n"
                      "DO $do$ BEGIN EXECUTE 'CREATE TABLE b (id int)'; END $do$; SET search_path = public");
  session->set_pins(Pins{});
  CHECK(one(*session, "SELECT \"My app\".f()") == "a'\\b\\'");
  CHECK(one(*session, "SELECT to_regclass('\"My app\".b') IS NOT NULL") == "t");
  CHECK(one(*session, "SELECT count(*) FROM \"My app\".a") == "1");
  session->rollback();
  CHECK_FALSE(session->schema_of("a"));
}

TEST_CASE("a script means the same where backslashes are escapes") {
  Database database;
  const auto role = database.role("SUPERUSER");
  database.sql("ALTER ROLE " + role + " SET standard_conforming_strings = off");
  database.sql("ALTER ROLE " + role + " SET escape_string_warning = off");
  const auto session = database.connect("7/1", false, role);
  session->begin_unit(Pins{});
  session->run_script("CREATE TABLE public.a AS SELECT E'x\\\\y'::text AS t, $$\\'$$::text AS u");
  CHECK(session->query("SELECT t, u FROM public.a") == Rows{{"x\\y", "\\'"}});
}

TEST_CASE("PostgreSQL itself refuses what a unit can't hold") {
  Database database;
  database.sql("CREATE TABLE t (id int)");
  const auto session = database.connect();
  const auto script = GENERATE(as<std::string>(), "COMMIT", "CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int)", "ROLLBACK", "BEGIN; END",
                               "SAVEPOINT a", "CREATE INDEX CONCURRENTLY ON t (id)", "VACUUM t", "COPY t FROM STDIN", "'; COMMIT; --",
                               "$$; COMMIT; $$", "\\'; COMMIT; --");
  INFO(script);
  session->begin_unit(Pins{});
  session->query("CREATE TABLE public.mine (id int)");
  CHECK(error_of([&] { session->run_script(script); }).kind == TargetError::Kind::other);
  CHECK(session->commit() == CommitAnswer::rolled_back);
  CHECK(database.sql("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b', 'mine')") == "0");
}

TEST_CASE("a script's error names its line, and does not repeat the script") {
  Database database;
  const auto session = database.connect();
  session->begin_unit(Pins{});
  const auto error = error_of([&] { session->run_script("CREATE TABLE ä (id int);\n\nCREATE TABLE b (\n  id nonsense);\n"); });
  CHECK(error.sqlstate == "42704");
  CHECK(std::string(error.what()) == "type \"nonsense\" does not exist");
  CHECK(error.context == "line 4 of the script");
  session->rollback();
  session->begin_unit(Pins{});
  const auto data = error_of([&] { session->run_script("CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1), (1)"); });
  CHECK(data.kind == TargetError::Kind::data);
  CHECK(data.context == "Key (id)=(1) already exists.");
}
