#include "journal/layout.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <catch2/catch.hpp>
#include <map>

#include "journal/codec.h"
#include "journal/verify.h"
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

TEST_CASE("a journal of an earlier program has no index of kinds: read without, given one by the first that writes") {
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  const std::string before = signature(Reader(path));
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("DROP INDEX event_kind");
  CHECK(verify(path).ok);
  CHECK(signature(Reader(path)) == before);
  Writer::open(options(path))->flush();
  SQLite::Database db(path, SQLite::OPEN_READONLY);
  CHECK(schema_of(db) == expected_schema());
}

TEST_CASE("the newest event of a kind is found by the index, and is the same one without it") {
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  const auto seqs = [&] {
    std::map<std::uint16_t, std::vector<Seq>> out;
    const Reader reader(path);
    for_each_kind([&](std::uint16_t code, std::string_view) {
      for (const bool newest_first : {false, true}) {
        Filter filter;
        filter.kind = code;
        filter.newest_first = newest_first;
        reader.for_each(filter, [&](const Record& record) {
          CHECK(record.kind == code);
          out[code].push_back(record.seq);
          return true;
        });
      }
    });
    return out;
  };
  const auto by_index = seqs();
  CHECK(by_index.at(SubjectConverted::kCode).size() > 2);
  CHECK(by_index.at(ChunkIntended::kCode).size() > 2);
  SQLite::Database db(path, SQLite::OPEN_READWRITE);
  {
    SQLite::Statement plan(db, std::string("EXPLAIN QUERY PLAN SELECT * FROM event e WHERE e.kind = 25 AND e.") + kFewAreOfAKind + " ORDER BY e.seq DESC LIMIT 1");
    REQUIRE(plan.executeStep());
    CHECK_THAT(plan.getColumn("detail").getString(), Catch::Contains("event_kind"));
  }
  db.exec("DROP INDEX event_kind");
  CHECK(seqs() == by_index);
}

TEST_CASE("the index of kinds leaves out the kinds of profiles, and those only") {
  const TempDir dir;
  SQLite::Database db(journal_of(dir, ""), SQLite::OPEN_READONLY);
  for_each_kind([&](std::uint16_t code, std::string_view) {
    const bool indexed = db.execAndGet("SELECT count(*) FROM (SELECT " + std::to_string(code) + " AS kind) WHERE " + kFewAreOfAKind).getInt() == 1;
    CHECK(indexed == few_are_of(code));
  });
  CHECK_THAT(kIndexOfKinds, Catch::EndsWith(kFewAreOfAKind));
}
