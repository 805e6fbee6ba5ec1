// What refers to the rows of an undo: which of it stands in the way, and which lets go, or follows, by itself.

#include <algorithm>

#include "tests/rollback/drill.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("a row whose key would go back is held by who refers to the key that it has now, unless he follows or refers to another column") {
  struct Case {
    const char *row, *table, *pair;
    int seen;  ///< 0: NULL
    const char* held;
  };
  const Case cases[] = {{"a", "stays", "a2", 0, "restricted"}, {"b", "loses", "b2", 0, "restricted"}, {"c", "follows", "c2", 0, ""}, {"d", "stays", nullptr, 4, ""}, {"e", "stays", nullptr, 0, ""}};
  Drill drill;
  drill.database.sql("ALTER TABLE pairs ADD UNIQUE (seen)");
  for (const auto& [table, on_update] : {std::pair("stays", "NO ACTION"), std::pair("loses", "SET NULL"), std::pair("follows", "CASCADE")}) {
    drill.database.sql(std::string("CREATE TABLE ") + table + " (row text PRIMARY KEY, pair text REFERENCES pairs (id) ON UPDATE " + on_update + ", seen int REFERENCES pairs (seen))");
  }
  for (const auto& c : cases) {
    const std::string row = c.row;
    drill.database.sql("INSERT INTO pairs VALUES ('" + row + "', 'v', NULL, ascii('" + row + "') - 96)");
    drill.person(row, "[" + pair("update", row, "\"id\": \"" + row + "2\"") + "]");
  }
  drill.convert();
  for (const auto& c : cases) {
    drill.database.sql(std::string("INSERT INTO ") + c.table + " VALUES ('" + c.row + "', " + (c.pair ? "'" + std::string(c.pair) + "'" : "NULL") + ", nullif(" + std::to_string(c.seen) + ", 0))");
  }
  const auto done = drill.rollback();
  for (const auto& c : cases) {
    CAPTURE(c.row);
    const auto conflict = std::find_if(done.conflicts.begin(), done.conflicts.end(), [&](const auto& one) { return one.subject == c.row; });
    CHECK((conflict == done.conflicts.end() ? "" : conflict->kind) == c.held);
    CHECK(drill.database.sql(std::string("SELECT count(*) FROM pairs WHERE id = '") + c.row + "'") == (*c.held ? "0" : "1"));
  }
  CHECK(drill.database.sql("SELECT pair FROM follows") == "c");
}

TEST_CASE("a row that refers twice to a row of ours goes once, and comes back once") {
  Drill drill;
  drill.database.sql("CREATE TABLE twice (id int PRIMARY KEY, one text REFERENCES pairs ON DELETE CASCADE, other text REFERENCES pairs ON DELETE CASCADE)");
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("INSERT INTO twice VALUES (1, 'n', 'n')");
  const auto seen = drill.preview();
  REQUIRE(kinds(seen) == "cascades");
  CHECK(seen.conflicts.front().answer == "1 row of twice by twice_one_fkey");
  drill.on_conflict = "force";
  drill.rollback();
  CHECK(drill.database.sql("SELECT count(*) FROM twice") == "0");
  CHECK(kinds(drill.redo()) == "");
  CHECK(drill.database.sql("SELECT string_agg(t::text, ' ') FROM twice t") == "(1,n,n)");
}

TEST_CASE("who refers by a change of the same subject lets go before, unless somebody edited it since") {
  const bool edited = GENERATE(false, true);
  Drill drill;
  drill.database.sql("ALTER TABLE pairs ADD ref text REFERENCES pairs");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one')");
  const auto before = drill.rows();
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "," + pair("update", "a", edited ? R"("v": "x")" : R"("ref": "n")") + "]");
  drill.convert();
  if (edited) drill.database.sql("UPDATE pairs SET ref = 'n' WHERE id = 'a'");
  const auto after = drill.rows();
  CHECK(kinds(drill.rollback()) == (edited ? "edited restricted" : ""));
  CHECK(drill.rows() == (edited ? after : before));
  if (edited) return;
  CHECK(kinds(drill.redo()) == "");
  CHECK(drill.rows() == after);
}

TEST_CASE("rows of ours that refer to each other go whichever is asked for first, also one subject a unit") {
  Drill drill;
  drill.chunk = 1;
  drill.database.sql("ALTER TABLE pairs ADD ref text REFERENCES pairs");
  for (const auto& [person, values] : {std::pair("p", R"("v": "1")"), std::pair("q", R"("v": "2", "ref": "p")"), std::pair("r", R"("v": "3", "ref": "q")")}) {
    drill.person(person, "[" + pair("upsert", person, values) + "]");
    drill.convert();
  }
  const auto done = drill.rollback(Keys{"p", "q", "r"});
  CHECK(kinds(done) == "");
  CHECK(done.rows == 3);
  CHECK(drill.rows() == "");
}

TEST_CASE("what goes by itself while an undo by force takes along who refers is not recorded, and not missed") {
  Drill drill;
  drill.database.sql("CREATE TABLE goes (id int PRIMARY KEY, pair text REFERENCES pairs ON DELETE CASCADE)");
  drill.database.sql("CREATE TABLE deeper (id int PRIMARY KEY, goes int REFERENCES goes ON DELETE CASCADE)");
  drill.database.sql("CREATE FUNCTION sweep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.goes WHERE id = OLD.goes; RETURN NULL; END $$");
  drill.database.sql("CREATE TRIGGER sweep AFTER DELETE ON deeper FOR EACH ROW EXECUTE FUNCTION sweep()");
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("INSERT INTO goes VALUES (1, 'n')");
  drill.database.sql("INSERT INTO deeper VALUES (1, 1)");
  drill.on_conflict = "force";
  CHECK(kinds(drill.rollback()) == "cascades");
  CHECK(drill.rows() == "");
  CHECK(drill.database.sql("SELECT (SELECT count(*) FROM goes) + (SELECT count(*) FROM deeper)") == "0");
}

TEST_CASE("a refusal for want of privileges is no conflict: nothing is undone, and it is said") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  const auto after = drill.rows();
  drill.database.sql("CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege; END $$");
  drill.database.sql("CREATE TRIGGER forbid BEFORE DELETE ON pairs FOR EACH ROW EXECUTE FUNCTION forbid()");
  for (const auto& names : {std::optional<Keys>(), std::optional(Keys{"p"})}) {
    CHECK(refusal([&] { drill.rollback(names); }) == "privilege 42501");
    CHECK(drill.rows() == after);
  }
  drill.database.sql("DROP TRIGGER forbid ON pairs");
  CHECK(kinds(drill.rollback()) == "");
  CHECK(drill.rows() == "");
}
