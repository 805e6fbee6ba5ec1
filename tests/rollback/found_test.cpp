// How the rows of an undo are found when tables, keys and places are not as they were.

#include "engine/rollback/aftermath.h"
#include "tests/rollback/drill.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

std::vector<rollback::Found> found(const std::vector<rollback::SubjectPlan>& plans) {
  std::vector<rollback::Found> all;
  for (const auto& plan : plans) {
    for (const auto& row : plan.rows) all.push_back(row.found);
  }
  return all;
}

}  // namespace

TEST_CASE("a table that is gone, or has another key or none, is a conflict of its rows alone, also by force") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one')");
  drill.person("p", "[" + insert_wide("p", "1", "") + "," + pair("update", "a", R"("v": "x")") + "]");
  drill.person("q", "[" + insert_wide("q", "1", "") + "]");
  drill.convert();
  drill.database.sql(GENERATE(as<std::string>(), "DROP TABLE wide", "ALTER TABLE wide DROP CONSTRAINT wide_pkey, ADD PRIMARY KEY (a, b)", "ALTER TABLE wide DROP CONSTRAINT wide_pkey"));
  for (const auto* how : {"skip", "force"}) {
    drill.on_conflict = how;
    CHECK(kinds(drill.rollback()) == "schema_changed schema_changed");
    CHECK(drill.database.sql("SELECT v FROM pairs") == "ONE");
  }
  if (drill.database.sql("SELECT to_regclass('wide')").empty()) return;
  CHECK(drill.database.sql("SELECT count(*) FROM wide") == "2");
}

TEST_CASE("a conversion whose target is gone can't be previewed") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("DROP TABLE pairs");
  try {
    drill.preview();
    FAIL("previewed");
  } catch (const Failure& failure) {
    CHECK(failure.code == ExitCode::failed);
    CHECK(failure.object == "table pairs");
  }
}

TEST_CASE("a place is free only if the row of ours that has it is unchanged and leaves") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two'), ('c', 'three')");
  drill.person("p", "[" + pair("update", "a", R"("id": "t")") + "," + pair("update", "b", R"("id": "a")") + "," + pair("update", "c", R"("id": "z")") + "]");
  drill.convert();
  drill.database.sql("UPDATE pairs SET v = 'MINE' WHERE id IN ('a', 'z')");
  const auto edited = drill.rows();
  CHECK(kinds(drill.preview()) == "edited edited exists");
  CHECK(kinds(drill.rollback()) == "edited edited exists");
  CHECK(drill.rows() == edited);
  drill.on_conflict = "force";
  CHECK(drill.preview().rows == 2);  // what stands in another's place isn't overwritten
}

TEST_CASE("a removed row that is there again in a column of another type is told by the type") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one')");
  drill.person("p", "[" + pair("delete", "a", "") + "]");
  drill.convert();
  drill.database.sql("ALTER TABLE pairs ALTER seen TYPE bigint");
  CHECK(kinds(drill.preview()) == "schema_changed");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one')");
  CHECK(kinds(drill.preview()) == "schema_changed");
}

TEST_CASE("a place that somebody holds is locked, whatever else is known of the row") {
  Drill drill;
  drill.database.sql("CREATE TABLE refers (id int PRIMARY KEY, pair text REFERENCES pairs)");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one')");
  drill.person("p", "[" + pair("update", "a", R"("id": "z")") + "]");
  drill.convert();
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'theirs')");
  drill.database.sql("INSERT INTO refers VALUES (1, 'z')");
  const auto other = drill.database.connect("9/9");
  other->begin_unit(Pins{});
  other->query("SELECT 1 FROM public.pairs WHERE id = 'a' FOR UPDATE");

  const auto session = drill.session(false);
  session->begin_unit(Pins{});
  const journal::Reader journal(drill.journal());
  rollback::LiveTables tables(*session, drill.second);
  auto plans = rollback::plan(*session, journal, "second", {"p"}, tables, true);
  REQUIRE(found(plans) == std::vector{rollback::Found::locked});
  rollback::find_dependents(*session, tables, plans);
  const auto& row = plans.front().rows.front();
  CHECK(row.dependents.empty());
  CHECK(rollback::kind_of(row) == "locked");
  CHECK_FALSE(rollback::forceable(row, journal.tables(), tables));
  session->rollback();
  plans = rollback::plan(*session, journal, "second", {"p"}, tables, false);
  CHECK(found(plans) == std::vector{rollback::Found::taken});  // who only looks waits for nobody
}

TEST_CASE("what stands of ours: rows that are there, not those that we removed; whether they can go back doesn't matter") {
  Drill drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two'), ('c', 'three')");
  drill.person("p", "[" + pair("delete", "a", "") + "," + pair("update", "b", R"("id": "z")") + "," + pair("delete", "c", "") + "," + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("INSERT INTO pairs VALUES ('b', 'theirs'), ('c', 'theirs')");
  drill.database.sql("DELETE FROM pairs WHERE id = 'n'");
  const auto session = drill.session();
  const journal::Reader journal(drill.journal());
  using enum rollback::Found;
  CHECK(found(rollback::plan(*session, journal, drill.second, {"p"}, rollback::live_tables(*session, drill.second))) == std::vector{same, edited, deleted});
  const auto after = rollback::aftermath(*session, journal, drill.second);
  CHECK(after.own_rows == 1);
  CHECK(after.users_rows == 2);
  CHECK(after.sources == 1);

  drill.database.sql("CREATE TABLE \"odd\"\"people\" (id text PRIMARY KEY, ops jsonb)");
  drill.database.sql("INSERT INTO \"odd\"\"people\" VALUES ('1', '[]'), ('2', NULL), ('3', '[]')");
  const auto of_none = rollback::aftermath(*session, journal, Second("odd", "odd\"people"));
  CHECK(of_none.own_rows == 0);
  CHECK(of_none.users_rows == 3);
  CHECK(of_none.sources == 2);
}

TEST_CASE("a row that its user deleted and made again after an undo is left again, and so the profile is undone in part") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.database.sql("DELETE FROM pairs");
  CHECK(kinds(drill.rollback(Keys{"p"})) == "deleted");
  CHECK(drill.counters() == journal::Tally{{"links", 1}, {"reverted", 1}});
  drill.database.sql("INSERT INTO pairs VALUES ('n', 'theirs')");
  CHECK(kinds(drill.rollback(Keys{"p"})) == "edited");
  CHECK(drill.counters() == journal::Tally{{"links", 1}, {"partly_reverted", 1}});
  CHECK(drill.database.sql("SELECT v FROM pairs") == "THEIRS");
}

TEST_CASE("of whom nothing is known, nothing is undone or brought back; nor of a profile that is gone without rows") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  const auto nobody = drill.preview(Keys{"nobody"});
  CHECK((nobody.untouched == 1 && nobody.subjects == 0 && nobody.edited_sources == 0));
  drill.database.sql("DELETE FROM pairs");
  drill.rollback();
  const auto back = drill.preview_redo();
  CHECK((back.untouched == 0 && back.subjects == 1 && back.rows == 0));
  drill.database.sql("DELETE FROM people");
  const auto gone = drill.preview_redo();
  CHECK((gone.untouched == 1 && gone.subjects == 0));
  CHECK(drill.redo().untouched == 1);
}

TEST_CASE("a trigger that changes what a redo brings back is told") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.convert();
  drill.rollback();
  drill.database.sql("CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := 99; RETURN NEW; END $$");
  drill.database.sql("CREATE TRIGGER meddle BEFORE INSERT ON pairs FOR EACH ROW EXECUTE FUNCTION meddle()");
  CHECK(kinds(drill.redo()) == "altered");
  CHECK(kinds(drill.rollback()) == "");  // what is recorded is what was stored
  CHECK(drill.rows() == "");
}

TEST_CASE("the undo of everything waits a moment for a row that is held, however long its role would wait") {
  Drill drill;
  drill.limits.unit.lock_timeout_ms = GENERATE(0, 50);
  drill.person("p", "[" + pair("upsert", "n", R"("v": "v")") + "]");
  drill.person("q", "[" + pair("upsert", "m", R"("v": "v")") + "]");
  drill.convert();
  std::future<rollback::RollbackResult> undone;
  const auto other = drill.database.connect("9/9");
  other->begin_unit(Pins{});
  other->query("SELECT 1 FROM public.pairs WHERE id = 'n' FOR UPDATE");
  undone = in_background([&] { return drill.rollback(); });
  drill.database.await("SELECT count(*) = 1 FROM pairs");  // the other one is gone: it went on without the row
  other->rollback();
  const auto result = undone.get();
  CHECK((result.left.empty() && result.rows == 2));
  CHECK(drill.rows() == "");
}
