/// Law 6: every prefix is a legal state; a flipped byte is reported or changes nothing that is read; a cut file is told
/// so.

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <thread>

#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Small pages: every structure of the file in few bytes.
std::string small_journal(const TempDir& dir) {
  const std::string path = journal_of(dir, kEverything);
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
  const std::string path = small_journal(dir), content = content_of(path), whole = what_is_read(path);
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

TEST_CASE("a flipped byte of a closed journal is reported, or nothing that is read changes") { flip_bytes(19); }
TEST_CASE("so is every byte", "[.nightly]") { flip_bytes(1); }

TEST_CASE("a journal cut to any length says so") {
  const TempDir dir;
  const std::string path = small_journal(dir), content = content_of(path);
  for (std::size_t size = 0; size < content.size(); size += size < 1200 ? 1 : 97) {
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
        writer->append({&draft, 1});
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
