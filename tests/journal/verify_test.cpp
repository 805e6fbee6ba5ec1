#include "journal/verify.h"

#include <catch2/catch.hpp>

#include "journal/chain.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

TEST_CASE("an honest journal holds") {
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  std::vector<Seq> seen;
  const VerifyReport report = verify(path, true, [&](Seq seq) { seen.push_back(seq); });
  CHECK(report.detail == "");
  CHECK(report.ok);
  CHECK(report.first_bad == 0);
  CHECK(report.events == Reader(path).head_seq());
  CHECK(report.head == Reader(path).head_chain());
}

TEST_CASE("beside a running writer, too") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  play(*writer, kEverything);
  writer->flush();
  CHECK(verify(dir.path()).ok);
}

TEST_CASE("what was changed is found, and where") {
  const auto [sql, kind, first_bad] = GENERATE(table<std::string, std::string, Seq>({
      {"UPDATE event SET payload = cast(x'ff' || substr(payload, 2) AS BLOB) WHERE seq = 4", "damaged", 4},
      {"UPDATE event SET payload = zeroblob(0) WHERE seq = 9", "damaged", 9},
      {"UPDATE event SET run = run + 1 WHERE seq = 6", "damaged", 6},
      {"UPDATE event SET kind = 21 WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET version = 2 WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET at_us = at_us - 1 WHERE seq = 7", "damaged", 7},
      {"UPDATE event SET unit = unit + 1 WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET subject = 'mallory' WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET subject = NULL WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET subject = x'00' WHERE seq = 14", "damaged", 14},
      {"UPDATE event SET chain = zeroblob(32) WHERE seq = 5", "damaged", 5},
      {"UPDATE event SET chain = x'00' WHERE seq = 5", "damaged", 5},
      {"DELETE FROM event WHERE seq = 8", "damaged", 8},
      {"UPDATE counter SET value = value + 1 WHERE name = 'links'", "projection", 0},
      {"DELETE FROM counter", "projection", 0},
      {"UPDATE unit SET state = 1 WHERE state = 0", "projection", 0},
      {"DELETE FROM closed_range", "projection", 0},
      {"INSERT INTO open_subject VALUES ('links', 'x', 1, 1, 0)", "projection", 0},
      {"UPDATE head SET receipts = 0", "projection", 0},
      {"UPDATE head SET epoch = 9", "projection", 0},
      {"DELETE FROM phase", "projection", 0},
      {"DELETE FROM table_shape", "projection", 0},
      {"UPDATE run SET state = 'done'", "projection", 0},
      {"UPDATE kind SET name = 'gift' WHERE code = 30", "damaged", 0},
      {"DELETE FROM kind WHERE code = 30", "damaged", 0},
      {"INSERT INTO kind VALUES (77, 'unheard_of')", "newer", 0},
      {"DROP VIEW v_runs", "damaged", 0},
      {"CREATE TABLE extra (x)", "damaged", 0},
      {"CREATE VIEW zzz AS SELECT 1", "damaged", 0},
      {"DROP VIEW v_units", "damaged", 0},
      {"INSERT INTO kind VALUES (70000, 'of tomorrow')", "newer", 0},
      {"INSERT INTO kind VALUES (-1, 'of nowhere')", "newer", 0},
      {"DROP INDEX event_subject", "damaged", 0},
      {"DROP INDEX event_kind; CREATE INDEX event_kind ON event (kind) WHERE kind > 30", "damaged", 0},
  }));
  CAPTURE(sql);
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  tamper(path, sql);
  const VerifyReport report = verify(path);
  CHECK_FALSE(report.ok);
  CHECK(report.kind == kind);
  CHECK(report.first_bad == first_bad);
  CHECK_FALSE(report.detail.empty());
  if (first_bad) CHECK(report.events == first_bad - 1);
}

TEST_CASE("a journal whose end was cut says so") {
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  const Seq last = Reader(path).head_seq();
  tamper(path, "DELETE FROM event WHERE seq = " + std::to_string(last));
  const VerifyReport report = verify(path);
  CHECK(report.kind == "torn");
  CHECK(report.first_bad == last);
  CHECK(report.events == last - 1);
  CHECK_THROWS_AS(Reader(path), JournalError);
}

TEST_CASE("an event that was slipped in behind the head is found") {
  const TempDir dir;
  const std::string path = journal_of(dir, "note a");
  tamper(path,
         "INSERT INTO event SELECT seq + 1, run, kind, version, at_us, unit, subject, payload, chain FROM event WHERE "
         "seq = 2");
  CHECK(verify(path).kind == "damaged");
  CHECK_THROWS_AS(Reader(path), JournalError);
}

TEST_CASE("a forger who keeps the chain, but not the rules, is found") {
  const TempDir dir;
  const std::string path = journal_of(dir, "convert 1.1 links a; commit 1.1");
  Record forged = *Reader(path).event(4);
  forged.seq = 5;  // committed twice
  const Digest chain = chain_value(Reader(path).head_chain(), forged, sha256(forged.payload));
  tamper(path, "INSERT INTO event SELECT 5, run, kind, version, at_us, unit, subject, payload, x'" + hex(chain) +
                   "' FROM event WHERE seq = 4;"
                   "UPDATE head SET seq = 5, chain = x'" +
                   hex(chain) + "'");
  CHECK_NOTHROW(Reader(path));
  const VerifyReport report = verify(path);
  CHECK(report.kind == "illegal");
  CHECK(report.first_bad == 5);
  CHECK_THAT(report.detail, Catch::Contains("has an outcome already"));
}

TEST_CASE("an erasure that took nothing is found, and one of somebody else's event") {
  const TempDir dir;
  const std::string path = dir.path();
  {
    const auto writer = make_journal(path);
    play(*writer, "convert 1.1 links a; commit 1.1");
    SubjectErased erased;
    erased.events = {GENERATE(Seq{2}, Seq{3}, Seq{99})};
    writer->append(erased, {}, subject("b"));
  }
  const VerifyReport report = verify(path);
  CHECK(report.kind == "illegal");
  CHECK(report.first_bad == 5);
  CHECK_THAT(report.detail, Catch::Contains("which is not so"));
}

TEST_CASE("newer events are not damage") {
  const TempDir dir;
  const std::string path = journal_of(dir, "note a");
  Record newer = *Reader(path).event(2);
  newer.seq = 3;
  newer.version = 2;
  const Digest chain = chain_value(Reader(path).head_chain(), newer, sha256(newer.payload));
  tamper(path, "INSERT INTO event SELECT 3, run, kind, 2, at_us, unit, subject, payload, x'" + hex(chain) +
                   "' FROM event WHERE seq = 2;"
                   "UPDATE head SET seq = 3, chain = x'" +
                   hex(chain) + "'");
  const VerifyReport report = verify(path);
  CHECK(report.kind == "newer");
  CHECK(report.events == 2);
}

TEST_CASE("no journal is no answer") {
  const TempDir dir;
  CHECK_THROWS_AS(verify(dir.path()), JournalError);
}

TEST_CASE("a journal whose tables or triggers are others is not opened") {
  const TempDir dir;
  const char* const endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)";
  const std::string sql = GENERATE_COPY(
      std::string("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM head; END"), "ALTER TABLE run RENAME TO r; CREATE TABLE run (run, verb, started_us, state, exit_code, ended_us)",
      std::string("DROP VIEW v_units; DROP VIEW v_runs; DROP VIEW v_subject_history; ALTER TABLE head RENAME TO h; CREATE VIEW head AS ") + endless + " SELECT 1 AS one, max(n) AS seq FROM r", "DROP TABLE phase");
  const std::string path = journal_of(dir, kEverything);
  tamper(path, sql);
  for (const auto& open : {std::function<void()>([&] { Reader{path}; }), std::function<void()>([&] { Writer::open(options(path)); })}) {
    try {
      open();
      FAIL("opened");
    } catch (const JournalError& error) {
      CHECK(error.kind == JournalError::Kind::damaged);
    }
  }
  CHECK(verify(path).kind == "damaged");
}

TEST_CASE("a view or an index that a person added keeps nobody out") {
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  tamper(path, "CREATE VIEW mine AS SELECT 1; CREATE INDEX also_mine ON event (at_us); ANALYZE");
  CHECK_NOTHROW(Reader{path});
  CHECK_NOTHROW(Writer::open(options(path)));
  CHECK_FALSE(verify(path).ok);
}
