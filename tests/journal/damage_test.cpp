/// Law 6: every prefix is a legal state; a flipped byte is reported or changes nothing that is read; a cut file is told
/// so.

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

/// 200 events of nearly every kind. Small pages: every structure of the file in few bytes.
constexpr std::size_t kEvents = 200;
std::string small_journal(const TempDir& dir) {
  const std::string path = journal_of(dir, kEverything);
  {
    const auto writer = Writer::open(options(path));
    for (int epoch = 4; writer->head().seq < kEvents;) {
      const auto e = std::to_string(epoch++), more = std::to_string(kEvents - writer->head().seq);
      play(*writer, kEvents - writer->head().seq > 7 ? "run convert; lease " + e + "; convert " + e + ".1 links x" + e + " y" + e + "- z" + e + "?; commit " + e + ".1" : "note " + more);
      writer->flush();
    }
    REQUIRE(writer->head().seq == kEvents);
  }
  SQLite::Database db(path, SQLite::OPEN_READWRITE);
  db.exec("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL");
  return path;
}

void put(const std::string& path, std::size_t at, char byte) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (::pwrite(fd, &byte, 1, static_cast<off_t>(at)) != 1) std::abort();
  ::close(fd);
}

/// What a reader gets; empty if it is refused on the way.
std::string what_is_read(const std::string& path) {
  try {
    return signature(Reader(path));
  } catch (const JournalError&) {
    return "";
  }
}

bool reported(const std::string& path) {
  try {
    return !verify(path).ok;
  } catch (const JournalError&) {
    return true;
  }
}

/// Flips one bit in each `step`th byte and asks both verify() and a reader.
void flip_bytes(std::size_t step) {
  const TempDir dir;
  const std::string path = small_journal(dir), content = bytes_of(path), whole = what_is_read(path);
  REQUIRE_FALSE(whole.empty());
  REQUIRE_FALSE(reported(path));
  std::atomic<int> flips{0}, silent{0}, harmless{0};
  std::atomic<std::size_t> where{0};
  constexpr std::size_t kThreads = 2;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      const std::string copy = path + std::to_string(t);
      std::ofstream(copy, std::ios::binary) << content;
      for (std::size_t at = t * step; at < content.size(); at += kThreads * step) {
        put(copy, at, static_cast<char>(content[at] ^ 1 << (at * 5 + at / 512) % 8));
        const std::string read = what_is_read(copy);  // never a crash
        if (!reported(copy)) {
          ++harmless;
          if (read != whole) {
            ++silent;
            where = at;
          }
        }
        put(copy, at, content[at]);
        ++flips;
      }
    });
  for (auto& thread : threads) thread.join();
  INFO("of " << flips << " flips " << harmless << " matter to nobody; one that matters, but isn't reported: " << where);
  CHECK(silent == 0);
  CHECK(harmless < flips / 2);
}

}  // namespace

TEST_CASE("a flipped byte of a closed journal is reported, or nothing that is read changes") { flip_bytes(67); }
TEST_CASE("so is every byte", "[.nightly]") { flip_bytes(1); }

namespace {

void cut_closed_file(std::size_t step) {
  const TempDir dir;
  const std::string path = small_journal(dir), content = bytes_of(path);
  for (std::size_t size = 0; size < content.size(); size += size < 1200 ? 1 : step) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content.substr(0, size);
    CAPTURE(size);
    try {
      Reader reader(path);
      FAIL("opened");
    } catch (const JournalError& e) {
      REQUIRE(e.kind == JournalError::Kind::torn);
    }
    const VerifyReport report = verify(path);
    REQUIRE_FALSE(report.ok);
    REQUIRE(report.kind == "torn");
  }
}

}  // namespace

TEST_CASE("a journal cut to any length says so") { cut_closed_file(97); }
TEST_CASE("so does it at every length", "[.nightly]") { cut_closed_file(1); }

namespace {

/// Refused by reader or verify(), or exactly the first events of `whole`, with all that follows from them. Never a crash.
void is_prefix_or_reported(const std::string& path, const std::vector<Record>& whole, std::set<Seq>& lengths) {
  try {
    const Reader reader(path);
    const auto records = all_records(reader);
    if (records.size() > whole.size()) FAIL("more events than there were");
    for (std::size_t i = 0; i < records.size(); ++i)
      if (records[i].chain != whole[i].chain || records[i].payload != whole[i].payload) FAIL("event " << i + 1 << " is another one");
    if (reader.head_seq() != records.size()) FAIL("the head is not the last event");
    const VerifyReport report = verify(path, false);
    if (!report.ok) return;  // reported
    lengths.insert(records.size());
  } catch (const JournalError& e) {
    if (e.kind != JournalError::Kind::torn && e.kind != JournalError::Kind::damaged && e.kind != JournalError::Kind::foreign)
      FAIL(std::string("refused for a wrong reason: ") + e.what());
  }
}

/// What kill -9 leaves: the file, and a write-ahead log with the later events; each cut to every `step`th length.
void cut_file_and_log(std::size_t step) {
  const TempDir dir;
  const std::string path = small_journal(dir), copy = dir.path("copy");
  const auto writer = Writer::open(options(path));
  for (int i = 0; i < 12; ++i) {
    play(*writer, i % 3 ? "note " + std::to_string(i) : "run convert; lease " + std::to_string(400 + i) + "; convert " + std::to_string(400 + i) + ".1 links x" + std::to_string(i) + "; commit " + std::to_string(400 + i) + ".1");
    writer->flush();
  }
  const std::string file = bytes_of(path), log = bytes_of(path + "-wal");
  REQUIRE(log.size() > 5000);
  const auto whole = all_records(Reader(path));
  const auto look = [&](std::size_t file_size, std::size_t log_size, std::set<Seq>& lengths) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(copy + suffix);
    std::ofstream(copy, std::ios::binary) << file.substr(0, file_size);
    std::ofstream(copy + "-wal", std::ios::binary) << log.substr(0, log_size);
    INFO("file " << file_size << " of " << file.size() << ", log " << log_size << " of " << log.size());
    is_prefix_or_reported(copy, whole, lengths);
  };
  std::set<Seq> by_log, by_file;
  for (std::size_t size = 0; size < log.size(); size += step) look(file.size(), size, by_log);
  look(file.size(), log.size(), by_log);
  CHECK(*by_log.rbegin() == whole.size());
  CHECK(by_log.size() >= 10);  // each commit of the log is a state of its own
  for (std::size_t size = 0; size < file.size(); size += step) look(size, log.size(), by_file);
  for (const Seq length : by_file) CHECK(length == whole.size());  // only what the log holds anyway may be missing
}

}  // namespace

TEST_CASE("a file and its write-ahead log cut to any length are a prefix, or say so") { cut_file_and_log(211); }
TEST_CASE("so are they at every length", "[.nightly]") { cut_file_and_log(1); }

TEST_CASE("every prefix of a journal is a legal state, and the same events make the same chain") {
  const TempDir dir;
  const Reader whole(journal_of(dir, kEverything));
  const std::vector<Record> records = all_records(whole);
  for (std::size_t size = 1; size <= records.size(); ++size) {
    const std::string path = dir.path("prefix" + std::to_string(size));
    Writer::Options opts = options(path);
    std::size_t now = 0;
    opts.clock = [&] { return records[now].at; };
    const auto writer = Writer::create(opts, opened());
    for (now = 1; now < size; ++now) {
      if (records[now].kind == RunStarted::kCode) {
        writer->start_run(std::get<RunStarted>(decode(records[now])));
      } else {
        const Draft draft = again(records[now]);
        writer->append(std::vector{draft});
      }
    }
    writer->flush();
    const VerifyReport report = verify(path, false);
    INFO(size << " " << report.kind << " " << report.detail);
    REQUIRE(report.ok);
    REQUIRE(report.head == records[size - 1].chain);
    if (size == records.size()) CHECK(signature(Reader(path)) == signature(whole));
    for (const char* suffix : {"", ".lock"}) std::filesystem::remove(path + suffix);
  }
}
