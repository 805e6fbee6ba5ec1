// Updates, deletes and key updates of two tables through the engine's own conversion, undo and redo: the cases one by one.

#include "tests/rollback/drill.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

const std::vector<std::string> kHostile = {"DateStyle = 'SQL, DMY'", "TimeZone = 'Europe/Berlin'", "lc_monetary = 'POSIX'", "IntervalStyle = 'iso_8601'",
                                           "extra_float_digits = -10", "bytea_output = 'escape'", "default_transaction_isolation = 'serializable'"};

constexpr const char* kWhole =
    R"("c": "ab", "v": "zwölf Zeich.", "t": "Ünïcödé \\ \" 'x' {,}", "n": "1.5000", "n0": "1.00", "f": "0.1", "r": "-0", "ts": "2026-03-29 02:30:00.123",)"
    R"("tz": "2026-10-25 00:30:00+00", "d": "2026-12-31", "iv": "1 mon -3 days 04:05:06.789", "j": "{\"b\": 1,  \"a\": 2}", "jb": "{\"b\": 1, \"a\": [null]}",)"
    R"("ints": "{1,NULL,3}", "texts": "{\"a,b\",NULL,\"\",\"x\\\\y\\\"z\"}", "by": "\\x00ff10", "e": "très bien", "dom": "4", "mon": "1234.56",)"
    R"("u": "0193A1B2-C3D4-7E5F-8A9B-0123456789AB", "flag": "yes", "bits": "10101", "ip": "10.0.0.1/24")";

}  // namespace

TEST_CASE("every type of column, inserted, updated and deleted under a composite key, and back, under a hostile role") {
  Drill drill(kHostile);
  drill.database.sql("INSERT INTO wide (b, a, c, n, f, ts, mon, dom, j, ints, e) VALUES ('x', 1, 'Zz', 2.5, 1e-7, '1999-12-31 23:59:59.999', 12.34, 2, '{ }', '{}', 'gut'), ('x', 2, NULL, NULL, 'NaN',"
                     " 'infinity', NULL, NULL, NULL, NULL, NULL), ('x', 3, 'q', 0.1, '-Infinity', NULL, -1, 0, 'null', '{{1,2},{3,4}}', 'so-so')");
  const auto before = drill.rows();
  drill.person("x", "[" + insert_wide("x", "9", kWhole) + "," + wide("update", "x", "1", kWhole) + "," + wide("update", "x", "2", R"("c": "now", "f": "1e300")") + "," + wide("delete", "x", "3", "") + "]");
  drill.convert();
  const auto after = drill.rows();
  CHECK(after != before);
  CHECK_FALSE(drill.counters().contains("links"));  // one came, one went
  for (int i = 0; i < 2; ++i) {
    CHECK(kinds(drill.rollback()) == "");
    CHECK(drill.rows() == before);
    CHECK(kinds(drill.redo()) == "");
    CHECK(drill.rows() == after);
  }
}

TEST_CASE("several changes of one row are undone as one; the key may change, and another row may take its place") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one', NULL, 1), ('b', 'two', NULL, 2), ('c', 'three', NULL, 3)");
  const auto before = drill.rows();
  SECTION("update on update") { drill.person("p", "[" + pair("update", "a", R"("v": "x")") + "," + pair("update", "a", R"("v": "y", "seen": "7")") + "]"); }
  SECTION("insert, update, delete") { drill.person("p", "[" + pair("upsert", "n", R"("v": "x")") + "," + pair("update", "n", R"("v": "y")") + "," + pair("delete", "n", "") + "," + pair("delete", "b", "") + "]"); }
  SECTION("delete and insert") { drill.person("p", "[" + pair("delete", "a", "") + "," + pair("upsert", "a", R"("v": "again")") + "]"); }
  SECTION("key update") { drill.person("p", "[" + pair("update", "a", R"("id": "z", "v": "moved")") + "," + pair("update", "z", R"("seen": "9")") + "]"); }
  SECTION("the key of one that goes") { drill.person("p", "[" + pair("delete", "a", "") + "," + pair("update", "b", R"("id": "a")") + "," + pair("update", "c", R"("id": "b")") + "]"); }
  SECTION("keys change places") { drill.person("p", "[" + pair("update", "a", R"("id": "t")") + "," + pair("update", "b", R"("id": "a")") + "," + pair("upsert", "b", R"("v": "new b")") + "]"); }
  SECTION("nothing comes of it") { drill.person("p", "[" + pair("update", "a", R"("v": "x")") + "," + pair("update", "a", R"("v": "one")") + "," + pair("update", "c", R"("v": "x")") + "," + pair("delete", "none", "") + "]"); }
  drill.convert();
  const auto after = drill.rows();
  CHECK(after != before);
  for (int i = 0; i < 2; ++i) {
    CHECK(kinds(drill.rollback()) == "");
    CHECK(drill.rows() == before);
    CHECK(kinds(drill.redo()) == "");
    CHECK(drill.rows() == after);
  }
}

TEST_CASE("conflicts of rows that were updated or removed") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two'), ('c', 'three'), ('d', 'four')");
  drill.person("p", "[" + pair("update", "a", R"("v": "x")") + "," + pair("update", "b", R"("v": "x")") + "," + pair("delete", "c", "") + "," + pair("update", "d", R"("id": "e")") + "]");
  drill.convert();
  drill.database.sql("UPDATE pairs SET v = 'MINE' WHERE id = 'a'");
  drill.database.sql("DELETE FROM pairs WHERE id = 'b'");
  drill.database.sql("INSERT INTO pairs VALUES ('c', 'MINE'), ('d', 'MINE')");
  const auto edited = drill.rows();
  CHECK(kinds(drill.preview()) == "deleted edited exists re-created");
  CHECK(drill.preview().rows == 0);
  CHECK(kinds(drill.rollback()) == "deleted edited exists re-created");
  CHECK(drill.rows() == edited);
  SECTION("stop undoes nothing") {
    drill.on_conflict = "stop";
    CHECK_THROWS_AS(drill.rollback(), Failure);
    CHECK(drill.rows() == edited);
  }
  SECTION("force overwrites, redo brings back what was overwritten, and a last undo what was before") {
    drill.on_conflict = "force";
    CHECK(drill.rollback().rows == 3);  // what stands where another row should go isn't overwritten
    const auto forced = drill.rows();
    CHECK(drill.rows("a") != edited);
    CHECK(drill.database.sql("SELECT string_agg(id || v, ' ' ORDER BY id) FROM pairs") == "aONE bTWO cTHREE dMINE eFOUR");
    CHECK(kinds(drill.redo()) == "");
    CHECK(drill.rows() == edited);
    drill.rollback();
    CHECK(drill.rows() == forced);
  }
}

TEST_CASE("a row that another run of ours changed since is superseded; a cascade undoes that first") {
  Drill drill;
  const Second later("later", "more_people");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two')");
  const auto before = drill.rows();
  drill.person("p", "[" + pair("update", "a", R"("v": "x")") + "," + pair("upsert", "n", R"("v": "new")") + "]");
  drill.convert();
  const auto first = drill.rows();
  drill.person("q", "[" + pair("update", "a", R"("v": "y")") + "," + pair("delete", "n", "") + "]", "more_people");
  drill.convert(later);
  const auto second = drill.rows();
  const auto seen = drill.preview();
  CHECK(kinds(seen) == "superseded superseded");
  CHECK(seen.conflicts.front().answer.starts_with("by profile q of later, event #"));
  CHECK(kinds(drill.rollback()) == "superseded superseded");
  CHECK(drill.rows() == second);
  drill.others = {&later};
  drill.cascade = true;
  CHECK(drill.preview().first.size() == 1);
  CHECK(kinds(drill.rollback()) == "");
  CHECK(drill.rows() == before);
  drill.redo();
  CHECK(drill.rows() == first);
  drill.rollback();
  CHECK(drill.rows() == before);
  // Also within one conversion, from subject to subject.
  drill.person("r", "[" + pair("update", "b", R"("v": "r")") + "]");
  drill.convert();
  drill.person("s", "[" + pair("update", "b", R"("v": "s")") + "]");
  drill.convert();
  drill.cascade = false;
  CHECK(kinds(drill.rollback(Keys{"r"})) == "superseded");
  drill.cascade = true;
  CHECK(kinds(drill.rollback(Keys{"r"})) == "");
  CHECK(drill.rows() == before);
}

TEST_CASE("what refers to a row is found before: RESTRICT is a conflict of that row, CASCADE takes rows along only by force") {
  Drill drill;
  drill.database.sql("CREATE TABLE kept (id int PRIMARY KEY, pair text REFERENCES pairs ON DELETE RESTRICT)");
  drill.database.sql("CREATE TABLE goes (id int PRIMARY KEY, pair text REFERENCES pairs ON DELETE CASCADE, note text)");
  drill.database.sql("CREATE TABLE deeper (id int PRIMARY KEY, goes int REFERENCES goes ON DELETE CASCADE)");
  drill.database.sql("CREATE TABLE loses (id int PRIMARY KEY, pair text REFERENCES pairs ON DELETE SET NULL)");
  const auto before = drill.rows();
  const auto everything = [&] {
    return drill.rows() + drill.database.sql("SELECT string_agg(x, '; ') FROM (SELECT k::text x FROM kept k UNION ALL SELECT g::text FROM goes g UNION ALL SELECT d::text FROM deeper d UNION ALL"
                                             " SELECT l::text FROM loses l ORDER BY 1) y");
  };
  for (const auto* id : {"k", "g", "l", "free"}) drill.person(id, "[" + pair("upsert", id, R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("INSERT INTO kept VALUES (1, 'k')");
  drill.database.sql("INSERT INTO goes VALUES (1, 'g', 'a'), (2, 'g', NULL)");
  drill.database.sql("INSERT INTO deeper VALUES (1, 1)");
  drill.database.sql("INSERT INTO loses VALUES (1, 'l')");
  const auto after = everything();
  const auto seen = drill.preview();
  CHECK(kinds(seen) == "cascades cascades restricted");
  CHECK(seen.rows == 1);
  std::string told;
  for (const auto& conflict : seen.conflicts) told += conflict.answer + "; ";
  CHECK(told == "1 row of deeper by deeper_goes_fkey, 2 rows of goes by goes_pair_fkey; 1 row of kept by kept_pair_fkey; 1 row of loses by loses_pair_fkey; ");
  CHECK(seen.triggers == std::vector<std::string>{"trigger tidy on pairs: BEFORE INSERT OR UPDATE"});
  CHECK(drill.rollback().rows == 1);
  CHECK(drill.database.sql("SELECT string_agg(id, ' ' ORDER BY id) FROM pairs") == "g k l");
  drill.on_conflict = "force";
  CHECK(kinds(drill.rollback()) == "cascades cascades restricted");
  CHECK(drill.database.sql("SELECT string_agg(id, ' ' ORDER BY id) FROM pairs") == "k");
  CHECK(drill.database.sql("SELECT count(*) || ' ' || (SELECT count(*) FROM deeper) || ' ' || (SELECT count(*) FROM loses WHERE pair IS NULL) FROM goes") == "0 0 1");
  CHECK(kinds(drill.redo()) == "");
  CHECK(everything() == after);  // what was taken along is back too
}

TEST_CASE("a trigger that forbids or changes what an undo does is told, and stops no other profile") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two')");
  drill.person("p", "[" + pair("update", "a", R"("v": "x")") + "]");
  drill.person("q", "[" + pair("update", "b", R"("v": "x")") + "]");
  drill.person("r", "[" + pair("upsert", "n", R"("v": "x")") + "]");
  drill.convert();
  drill.database.sql("CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN RETURN NULL; END IF; IF NEW.id = 'a' THEN NEW.seen := 99; END IF; RETURN NEW; END $$");
  drill.database.sql("CREATE TRIGGER meddle BEFORE UPDATE OR DELETE ON pairs FOR EACH ROW EXECUTE FUNCTION meddle()");
  CHECK(kinds(drill.rollback()) == "altered restricted");
  CHECK(drill.database.sql("SELECT string_agg(id || v || seen, ' ' ORDER BY id) FROM pairs") == "aONE99 bTWO0 nX0");
}

TEST_CASE("the journal done again on a copy of what was there: every type of column, updates, deletes, keys that change places, what was overwritten by force") {
  Drill drill(kHostile);
  drill.database.sql("INSERT INTO wide (b, a, c, n, f, ts, mon, dom, j, ints, e) VALUES ('x', 1, 'Zz', 2.5, 1e-7, '1999-12-31 23:59:59.999', 12.34, 2, '{ }', '{}', 'gut'), ('x', 3, 'q', 0.1, '-Infinity', NULL, -1, 0, 'null', '{{1,2},{3,4}}', 'so-so')");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one', NULL, 1), ('b', 'two', NULL, 2), ('c', 'three', NULL, 3), ('d', 'four', NULL, 4)");
  drill.keep_base();
  drill.person("x", "[" + insert_wide("x", "9", kWhole) + "," + wide("update", "x", "1", kWhole) + "," + wide("delete", "x", "3", "") + "]");
  drill.person("p", "[" + pair("update", "a", R"("id": "t")") + "," + pair("update", "b", R"("id": "a")") + "," + pair("upsert", "b", R"("v": "new b")") + "]");
  drill.person("q", "[" + pair("update", "c", R"("v": "x")") + "," + pair("delete", "d", "") + "]");
  std::vector<std::pair<Seq, std::string>> moments;
  const auto remember = [&] { moments.emplace_back(drill.head(), drill.rows()); };
  drill.convert();
  remember();
  drill.rollback(Keys{"x"});
  remember();
  drill.rollback(Keys{"p"}, "rollback.committed:1:kill");
  drill.rollback(Keys{"p"});
  remember();
  drill.redo(Keys{"x", "p"});
  remember();
  // Somebody's edit is overwritten by force: from then on the journal knows the row again.
  drill.database.sql("UPDATE pairs SET v = 'MINE' WHERE id = 'c'");
  drill.on_conflict = "force";
  drill.rollback(Keys{"q"});
  remember();
  for (const auto& [event, rows] : moments) {
    INFO("#" << event);
    CHECK(Drill::rows(*drill.again(event), "") == rows);
  }
}
