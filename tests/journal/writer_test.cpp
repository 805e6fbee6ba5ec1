#include <SQLiteCpp/Database.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <mutex>
#include <thread>

#include "journal/journal.h"
#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

TEST_CASE("number and chain value are final at once, durable only after the wait") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  const std::vector<Draft> drafts = {draft(Note{"a"}), draft(Note{"b"})};
  const Ticket ticket = writer->append(drafts);
  CHECK(ticket.seq == 3);
  CHECK(Reader(dir.path()).head_seq() == 1);
  writer->wait(ticket.seq);
  CHECK(Reader(dir.path()).event(3)->chain == ticket.chain);
  CHECK(writer->head().seq == 3);
  CHECK_THROWS_AS(writer->wait(4), std::logic_error);
}

TEST_CASE("many appends, one commit") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  CHECK(writer->commits() == 0);
  for (int i = 0; i < 100; ++i) writer->append(Note{std::to_string(i)});
  writer->wait(50);
  CHECK(writer->commits() == 1);
  writer->wait(101);
  writer->flush();
  CHECK(writer->commits() == 1);  // the first that waited took all
  CHECK(Reader(dir.path()).head_seq() == 101);
}

TEST_CASE("several threads: every ticket durable, in the order of numbers, gathered") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  constexpr int kThreads = 6, kRounds = 50;
  std::mutex mutex;
  std::vector<std::pair<Ticket, std::string>> tickets;
  std::vector<std::thread> threads;
  std::atomic<int> early{0};
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      const Reader reader(dir.path());
      for (int i = 0; i < kRounds; ++i) {
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        const std::vector<Draft> drafts = {draft(Note{text + "a"}), draft(Note{text})};
        const Ticket ticket = writer->append(drafts);
        writer->wait(ticket.seq);
        if (reader.head_seq() < ticket.seq) ++early;
        const std::lock_guard lock(mutex);
        tickets.emplace_back(ticket, text);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(early == 0);
  CHECK(writer->commits() <= kThreads * kRounds);
  const Reader reader(dir.path());
  CHECK(reader.head_seq() == 1 + 2 * kThreads * kRounds);
  for (const auto& [ticket, text] : tickets) {
    const auto record = reader.event(ticket.seq);
    REQUIRE(record);
    CHECK(record->chain == ticket.chain);
    CHECK(std::get<Note>(decode(*record)).text == text);
    CHECK(std::get<Note>(decode(*reader.event(ticket.seq - 1))).text == text + "a");  // no gap inside an append
  }
  CHECK(verify(dir.path()).ok);
}

TEST_CASE("a restart goes on where the journal ends, in no run") {
  const TempDir dir;
  journal_of(dir, "run convert; note x");
  const auto writer = Writer::open(options(dir.path()));
  CHECK(writer->head().seq == 3);
  CHECK(writer->head().chain == Reader(dir.path()).head_chain());
  CHECK(writer->run() == 0);
  CHECK(writer->start_run({}) == 4);
  CHECK(writer->run() == 4);
  writer->append(Note{});
  writer->flush();
  CHECK(Reader(dir.path()).event(5)->run == 4);
  CHECK(verify(dir.path()).ok);
}

TEST_CASE("time never goes back, not across restarts either") {
  const TempDir dir;
  std::int64_t now = 1000;
  auto opts = options(dir.path());
  opts.clock = [&] { return UtcMicros{now}; };
  auto writer = Writer::create(opts, opened());
  now = 500;
  writer->append(Note{});
  now = 2000;
  writer->append(Note{});
  writer.reset();
  now = 10;
  writer = Writer::open(opts);
  writer->append(Note{});
  writer->flush();
  const Reader reader(dir.path());
  std::vector<std::int64_t> times;
  for (const Record& r : all_records(reader)) times.push_back(r.at.value);
  CHECK(times == std::vector<std::int64_t>{1000, 1000, 2000, 2000});
}

TEST_CASE("what a killed process had waited for is there, what it had not is not") {
  const TempDir dir;
  make_journal(dir.path()).reset();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto writer = Writer::open(options(dir.path()));
    play(*writer, "run convert; convert 1.1 links a ..a");
    writer->flush();
    writer->append(Note{"never waited for"});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(Reader(dir.path()).head_seq() == 4);
  const auto writer = Writer::open(options(dir.path()));
  CHECK(writer->head().seq == 4);
  play(*writer, "settle 1.1");
  writer->flush();
  CHECK(verify(dir.path()).ok);
}

TEST_CASE("if a commit fails, every ticket of the group fails and nothing more is taken") {
  // The file-size limit stands for a full disk. In a child: the limit can't be lifted again for sure.
  const TempDir dir;
  make_journal(dir.path()).reset();
  const pid_t child = ::fork();
  if (child == 0) {
    int answer = 0;
    const auto writer = Writer::open(options(dir.path()));
    const Ticket durable = writer->append(Note{"fits"});
    writer->wait(durable.seq);
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Ticket small = writer->append(Note{"small"}), large = writer->append(Note{std::string(1'000'000, 'x')});
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (const Seq seq : {small.seq, large.seq, small.seq})
      threads.emplace_back([&, seq] {
        try {
          writer->wait(seq);
        } catch (const JournalError& e) {
          if (e.kind == JournalError::Kind::io && std::string(e.what()).find(dir.path()) != std::string::npos)
            ++failures;
        }
      });
    for (auto& thread : threads) thread.join();
    if (failures != 3) answer |= 1;
    try {
      writer->append(Note{"more"});
      answer |= 2;
    } catch (const JournalError& e) {
      if (e.kind != JournalError::Kind::io) answer |= 4;
    }
    try {
      writer->wait(durable.seq);  // that one is safe
    } catch (...) {
      answer |= 8;
    }
    ::_exit(answer);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const VerifyReport report = verify(dir.path());
  CHECK(report.ok);
  CHECK(report.events == 2);
  const auto writer = Writer::open(options(dir.path()));  // with room again, it goes on
  writer->append(Note{"again"});
  CHECK_NOTHROW(writer->flush());
}

TEST_CASE("what is written to a file that was removed, moved or replaced is durable for nobody") {
  const TempDir dir, elsewhere;
  auto writer = make_journal(dir.path());
  if (GENERATE(false, true)) {  // by a symbolic link
    writer.reset();
    std::filesystem::create_symlink(dir.path(), elsewhere.path());
    writer = Writer::open(options(elsewhere.path()));
  }
  writer->append(Note{"there"});
  writer->flush();
  const std::string which = GENERATE(as<std::string>{}, "", "-wal");
  const auto path = dir.path() + which;
  SECTION("removed") { std::filesystem::remove(path); }
  SECTION("moved") { std::filesystem::rename(path, path + ".away"); }
  SECTION("replaced by a copy") {
    std::filesystem::copy_file(path, path + ".copy");
    std::filesystem::rename(path + ".copy", path);
  }
  const auto ticket = writer->append(Note{"nowhere"});
  CHECK_THROWS_WITH(writer->wait(ticket.seq), Catch::Contains("was removed, moved or replaced"));
  CHECK_THROWS_AS(writer->append(Note{"nothing more"}), JournalError);
}

TEST_CASE("a journal with kinds of a newer program is not written to") {
  const TempDir dir;
  const std::string path = journal_of(dir, "note x");
  tamper(path, "INSERT INTO kind VALUES (99, 'row_archived')");
  try {
    Writer::open(options(path));
    FAIL("opened");
  } catch (const JournalError& e) {
    CHECK(e.kind == JournalError::Kind::newer);
    CHECK_THAT(e.what(), Catch::Contains("row_archived"));
  }
  CHECK(Reader(path).head_seq() == 2);
  tamper(path, "DELETE FROM kind WHERE code IN (99, 31)");  // an older one made it
  Writer::open(options(path)).reset();
  CHECK(verify(path).ok);
}

TEST_CASE("after a checkpoint the file alone is the journal") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  play(*writer, kEverything);
  writer->checkpoint();
  std::filesystem::copy_file(dir.path(), dir.path("copy"));
  CHECK(signature(Reader(dir.path("copy"))) == signature(Reader(dir.path())));
  writer->append(Note{"on"});
  CHECK_NOTHROW(writer->flush());
}
