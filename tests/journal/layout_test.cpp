#include "journal/layout.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <catch2/catch.hpp>

#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

TEST_CASE("events can't be changed, removed or replaced") {
  const TempDir dir;
  const std::string path = journal_of(dir, "run convert; note x");
  SQLite::Database db(path, SQLite::OPEN_READWRITE);
  const auto sql = GENERATE(
      "UPDATE event SET payload = x'00' WHERE seq = 2", "UPDATE event SET seq = 9 WHERE seq = 3",
      "DELETE FROM event WHERE seq = 3", "DELETE FROM event",
      "INSERT OR REPLACE INTO event SELECT seq, run, kind, version, at_us, unit, 'me', payload, chain FROM event",
      "REPLACE INTO event SELECT * FROM event WHERE seq = 3");
  CHECK_THROWS_WITH(db.exec(sql), Catch::Contains("append-only"));
}

TEST_CASE("the file says what it is") {
  const TempDir dir;
  SQLite::Database db(journal_of(dir, ""), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("PRAGMA application_id").getInt() == kApplicationId);
  CHECK(db.execAndGet("PRAGMA user_version").getInt() == kFormat);
  CHECK(db.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(schema_of(db) == expected_schema());
}

TEST_CASE("plain sqlite3 can be used to look") {
  const TempDir dir;
  SQLite::Database db(journal_of(dir, kEverything), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("SELECT group_concat(verb || ' ' || state) FROM v_runs").getString() ==
        "deploy done,convert paused,rollback running");
  CHECK(db.execAndGet("SELECT state || ' ' || work || ' ' || name FROM v_units WHERE unit = '2.3'").getString() ==
        "committed convert links");
  CHECK(db.execAndGet("SELECT count(*) FROM v_units WHERE state = 'voided'").getInt() == 3);
  SQLite::Statement life(
      db, "SELECT group_concat(kind || ' ' || unit || ' ' || state) FROM v_subject_history WHERE subject = ?");
  life.bind(1, subject("a"));
  REQUIRE(life.executeStep());
  CHECK(life.getColumn(0).getString() ==
        "subject_converted 2.1 committed,subject_reverted 3.1 committed,subject_converted 3.2 voided");
  CHECK(db.execAndGet("SELECT at FROM v_subject_history LIMIT 1").getString().substr(0, 17) == "2026-11-22T02:14:");
}
