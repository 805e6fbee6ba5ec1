// What the system or SQLite refuses is told apart from damage, and damage at the ends of a journal is seen when it is opened.
#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "journal/backup.h"
#include "journal/chain.h"
#include "journal/connection.h"
#include "journal/erase.h"
#include "journal/file_system.h"
#include "journal/lock_file.h"
#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

using Kind = JournalError::Kind;

JournalError error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const JournalError& error) {
    return error;
  }
  FAIL("nothing was refused");
  throw std::logic_error("unreachable");
}

/// Puts another event in the place of the last, with the chain value that it then has.
void forge_last(const std::string& path, Record forged) {
  const Digest chain = chain_value(Reader(path).event(forged.seq - 1)->chain, forged, sha256(forged.payload));
  tamper(path, "UPDATE event SET run = " + std::to_string(forged.run) + ", kind = " + std::to_string(forged.kind) + ", version = " + std::to_string(forged.version) +
                   ", payload = x'" + hex(reinterpret_cast<const std::uint8_t*>(forged.payload.data()), forged.payload.size()) + "', chain = x'" + hex(chain) + "' WHERE seq = " +
                   std::to_string(forged.seq) + "; UPDATE head SET chain = x'" + hex(chain) + "'");
}

}  // namespace

TEST_CASE("what passes is no damage") {
  const auto code = GENERATE(SQLITE_FULL, SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL, SQLITE_NOMEM, SQLITE_INTERRUPT, SQLITE_IOERR_READ);
  CAPTURE(code);
  CHECK(translate(SQLite::Exception("no", code), nullptr, "a.journal", "reading").kind == Kind::io);
}

TEST_CASE("what doesn't pass is damage, and says what was being done") {
  const auto code = GENERATE(SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_SCHEMA);
  const auto error = translate(SQLite::Exception("a page is wrong", code), nullptr, "a.journal", "reading");
  CHECK(error.kind == Kind::damaged);
  CHECK(std::string(error.what()) == "reading journal a.journal: a page is wrong");
}

TEST_CASE("a journal that lacks its end or its beginning is refused when it is opened") {
  const auto [sql, kind, says] = GENERATE(table<std::string, Kind, std::string>({
      {"DELETE FROM head", Kind::damaged, "its head is missing"},
      {"DELETE FROM event", Kind::torn, "it has events up to 0 of 4"},
      {"DELETE FROM event; UPDATE head SET seq = 0", Kind::torn, "it has events up to 0 of 0"},
      {"DELETE FROM event WHERE seq = 3", Kind::damaged, "event 3 is missing"},
      {"DELETE FROM event WHERE seq < 4", Kind::damaged, "event 3 is missing"},
      {"UPDATE head SET seq = 3", Kind::damaged, "event 4 stands behind the recorded head 3"},
      {"UPDATE head SET chain = zeroblob(32)", Kind::damaged, "the chain breaks at event 4"},
      {"UPDATE event SET payload = x'00' WHERE seq = 4", Kind::damaged, "the chain breaks at event 4"},
      {"UPDATE event SET subject = '0193a1b2-c3d4-7e5f-8a9b-0123456789ab' WHERE seq = 4", Kind::damaged, "a key that is stored neither"},
      {"UPDATE event SET subject = x'0102' WHERE seq = 4", Kind::damaged, "a key that is stored neither"},
  }));
  const TempDir dir;
  const auto path = journal_of(dir, "note a; note b; note c");
  tamper(path, sql);
  CAPTURE(sql);
  for (const bool writing : {false, true}) {
    const auto error = error_of([&] { writing ? void(Writer::open(options(path))) : void(Reader(path).head_seq()); });
    CHECK(error.kind == kind);
    CHECK_THAT(error.what(), Catch::Contains(says));
  }
}

TEST_CASE("event 1 is journal_opened, whoever computed the chain anew") {
  const TempDir dir;
  const auto path = dir.path();
  make_journal(path);
  Record other = *Reader(path).event(1);
  play(*make_journal(dir.path("b.journal")), "note a");
  const Record note = *Reader(dir.path("b.journal")).event(2);
  tamper(path, "ATTACH '" + dir.path("b.journal") + "' AS b; UPDATE main.event SET kind = " + std::to_string(note.kind) + ", payload = (SELECT payload FROM b.event WHERE seq = 2)");
  CHECK_THAT(error_of([&] { Reader r(path); }).what(), Catch::Contains("event 1 is not journal_opened"));
  const auto report = verify(path);
  CHECK(report.kind == "illegal");
  CHECK(report.first_bad == 1);
}

TEST_CASE("who asks for event 1 of a longer journal is told what became of it") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a; note b; note c");
  const auto [sql, says] = GENERATE(table<std::string, std::string>({
      {"DELETE FROM event WHERE seq = 1", "event 1 is missing"},
      {"UPDATE event SET kind = (SELECT o.kind FROM event o WHERE o.seq = 2), payload = (SELECT o.payload FROM event o WHERE o.seq = 2) WHERE seq = 1", "event 1"},
  }));
  tamper(path, sql);
  const auto error = error_of([&] { (void)Reader(path).opened(); });
  CHECK(error.kind == Kind::damaged);
  CHECK_THAT(error.what(), Catch::Contains(says));
}

TEST_CASE("a projection that points to another event than it should is damage, and says where") {
  const TempDir dir;
  const auto path = journal_of(dir, "table 1; note a");
  const auto [sql, says] = GENERATE(table<std::string, std::string>({
      {"UPDATE table_shape SET seq = 3", "event 3 is not table_described"},
      {"UPDATE table_shape SET seq = 9", "event 9 is missing"},
      {"UPDATE table_shape SET no = 9", "table 9 is described elsewhere"},
      {"INSERT INTO phase VALUES ('', 'target_moved', 3)", "event 3 is not target_moved"},
  }));
  CAPTURE(sql);
  tamper(path, sql);
  const Reader reader(path);
  const bool of_home = sql.starts_with("INSERT INTO phase");
  const auto error = error_of([&] { of_home ? void(reader.home()) : void(reader.tables()); });
  CHECK(error.kind == Kind::damaged);
  CHECK_THAT(error.what(), Catch::Contains(says));
}

TEST_CASE("a journal of no run has no last one, and a remark says nothing of a subject") {
  const TempDir dir;
  const Reader reader(journal_of(dir, "note a"));
  CHECK_FALSE(reader.last_run());
  CHECK_FALSE(is_state(*reader.event(2)));
  CHECK(status_after(decode(*reader.event(2))) == SubjectStatus::none);
}

TEST_CASE("where SQLite offers no write-ahead log, nothing is written") {
  SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const auto error = error_of([&] { prepare_for_writing(memory, "a.journal"); });
  CHECK(error.kind == Kind::io);
  CHECK_THAT(error.what(), Catch::Contains("no write-ahead log here, but memory"));
}

TEST_CASE("a journal with a kind that no number of ours reaches is not written to") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a");
  tamper(path, "INSERT INTO kind VALUES (70000, 'of tomorrow')");
  CHECK(error_of([&] { Writer::open(options(path)); }).kind == Kind::newer);
  CHECK(Reader(path).head_seq() == 2);
}

TEST_CASE("below a file there is no journal, and nobody holds what isn't there") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a");
  CHECK(error_of([&] { Reader r(path + "/below"); }).kind == Kind::missing);
  CHECK_FALSE(is_locked(dir.path("none")));
  CHECK_FALSE(is_locked(path));
  const auto writer = Writer::open(options(path));
  CHECK(is_locked(path));
}

TEST_CASE("a journal with pages of 64 KiB that was cut is torn, with the bytes that it has") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a; note b");
  tamper(path, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM; PRAGMA journal_mode = WAL");
  CHECK(Reader(path).head_seq() == 3);
  const auto size = std::filesystem::file_size(path);
  REQUIRE(size % 65536 == 0);
  std::filesystem::resize_file(path, size - 65536);
  const auto error = error_of([&] { all_records(Reader(path)); });
  CHECK(error.kind == Kind::torn);
  CHECK_THAT(error.what(), Catch::Contains(std::to_string(size - 65536) + " bytes of " + std::to_string(size)));
}

TEST_CASE("a path that the system doesn't look up is not a missing journal") {
  const TempDir dir;
  std::filesystem::create_symlink("loop", dir.path("loop"));
  const auto [name, says] = GENERATE(table<std::string, std::string>({
      {"loop", "Too many levels of symbolic links"},
      {std::string(300, 'x'), "File name too long"},
  }));
  const auto path = dir.path(name);
  const auto error = error_of([&] { Reader r(path); });
  CHECK(error.kind == Kind::io);
  CHECK_THAT(error.what(), Catch::Contains(says));
  CHECK(beside(dir.path("loop"), "-wal").ends_with("loop-wal"));  // ends, too
}

TEST_CASE("a path that begins with two slashes is that file") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a");
  CHECK(Reader("/" + path).head_seq() == 2);
}

TEST_CASE("a copy replaces no file, and what is missing is missing") {
  const TempDir dir;
  const auto path = journal_of(dir, "note a");
  std::ofstream(dir.path("there")) << "somebody's";
  const auto error = error_of([&] { backup(path, dir.path("there")); });
  CHECK(error.kind == Kind::io);
  CHECK_THAT(error.what(), Catch::Contains("never replaces a file"));
  CHECK(std::filesystem::file_size(dir.path("there")) == 10);
  CHECK(error_of([&] { backup(dir.path("none"), dir.path("to")); }).kind == Kind::missing);
  CHECK_FALSE(std::filesystem::exists(dir.path("to")));
  CHECK(error_of([&] { erase(dir.path("none"), "me", Ticking(), "a", "asked"); }).kind == Kind::missing);
}

TEST_CASE("what can't be made, moved or removed is said with its name") {
  const TempDir dir;
  std::filesystem::create_directory(dir.path("d"));
  std::ofstream(dir.path("d/file")) << "x";
  std::filesystem::create_symlink(dir.path("nowhere/at/all"), dir.path("dangling"));
  CHECK(error_of([&] { remove_file(dir.path("d")); }).kind == Kind::io);
  CHECK_NOTHROW(remove_file(dir.path("none")));
  CHECK_THAT(error_of([&] { make_private_file(dir.path("d/file")); }).what(), Catch::Contains("File exists"));
  CHECK_THAT(error_of([&] { rename_into_place(dir.path("d/file"), dir.path("d/file")); }).what(), Catch::Contains("putting the new journal at"));
  CHECK_THAT(error_of([&] { rename_into_place(dir.path("none"), dir.path("to")); }).what(), Catch::Contains("No such file"));
  CHECK_THAT(error_of([&] { replace_file(dir.path("none"), dir.path("to")); }).what(), Catch::Contains("putting the copy at"));
  CHECK_THAT(error_of([&] { make_directories_above(dir.path("dangling/x")); }).what(), Catch::Contains("private"));
  CHECK_NOTHROW(make_directories_above("/"));
  CHECK_NOTHROW(make_directories_above(dir.path("d/file")));
  CHECK(directory_of("a.journal") == ".");
  CHECK(directory_of("/a.journal") == "/");
}

TEST_CASE("waiting for what was not appended is a mistake, not a wait") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  CHECK_THROWS_AS(writer->wait(2), std::logic_error);
}

TEST_CASE("an event of an unknown run, or a run under another number than its own, is illegal") {
  const TempDir dir;
  const auto path = journal_of(dir, "run convert; note a");
  Record last = *Reader(path).event(3);
  SECTION("a run that never began") { last.run = 99; }
  SECTION("one that begins under another number") {
    last.payload = Reader(path).event(2)->payload;
    last.kind = Reader(path).event(2)->kind;
    last.version = Reader(path).event(2)->version;
    last.run = 2;
  }
  SECTION("a second journal_opened") {
    last.payload = Reader(path).event(1)->payload;
    last.kind = Reader(path).event(1)->kind;
    last.version = Reader(path).event(1)->version;
  }
  forge_last(path, last);
  const auto report = verify(path);
  CAPTURE(report.detail);
  CHECK(report.kind == "illegal");
  CHECK(report.first_bad == 3);
}
