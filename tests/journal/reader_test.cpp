#include "journal/reader.h"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

std::string state(const Reader& reader, const std::string& who, const std::string& conversion = "links") {
  return to_string(reader.subject_state(conversion, subject(who)).status);
}

std::vector<Seq> seqs(const Reader& reader, const Filter& filter) {
  std::vector<Seq> out;
  reader.for_each(filter, [&](const Record& record) { return out.push_back(record.seq), true; });
  return out;
}

std::string refusal(const std::string& path, JournalError::Kind kind) {
  try {
    Reader reader(path);
  } catch (const JournalError& e) {
    CHECK(static_cast<int>(e.kind) == static_cast<int>(kind));
    return e.what();
  }
  FAIL("opened");
  return "";
}

void write(const std::string& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

}  // namespace

TEST_CASE("a subject's state is its last record in a committed unit") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  const auto after = [&](const std::string& script) {
    play(*writer, script);
    writer->flush();
    return Reader(dir.path());
  };
  CHECK(state(after("convert 1.1 links a b- c?"), "a") == "none");  // in doubt
  const Reader r = after("commit 1.1");
  CHECK(state(r, "a") == "converted");
  CHECK(state(r, "b") == "skipped");
  CHECK(state(r, "c") == "refused");
  CHECK(state(r, "a", "other") == "none");
  CHECK(state(after("convert 1.2 links a-"), "a") == "converted");
  CHECK(state(after("void 1.2"), "a") == "converted");
  CHECK(state(after("rollback 1.3 links a+; commit 1.3"), "a") == "partly_reverted");
  const SourceDigest source = r.subject_state("links", subject("a")).source;
  CHECK(source != SourceDigest{});
  CHECK(Reader(dir.path()).subject_state("links", subject("a")).source == source);  // of the last conversion
  CHECK(state(after("rollback 1.4 links a; commit 1.4"), "a") == "reverted");
  CHECK(state(after("redo 1.5 links a; commit 1.5"), "a") == "converted");
  CHECK(state(after("void 1.5"), "a") == "reverted");
  const auto states = Reader(dir.path()).subject_states("links", {subject("c"), subject("nobody"), subject("a")});
  REQUIRE(states.size() == 3);
  CHECK(states[0].status == SubjectStatus::refused);
  CHECK(states[1].status == SubjectStatus::none);
  CHECK(states[2].status == SubjectStatus::reverted);
  CHECK(Reader(dir.path()).history("links", subject("a")).size() == 5);
  CHECK(Reader(dir.path()).history("other", subject("a")).empty());
}

TEST_CASE("touched: who may have rows of ours, each once, in order, some at a time") {
  const TempDir dir;
  const Reader r(journal_of(
      dir,
      "convert 1.1 links a b c d- e; commit 1.1; rollback 1.2 links b c+; commit 1.2;"
      "redo 1.3 links e; void 1.3; redo 1.4 links a; commit 1.4; convert 1.5 links f; convert 1.6 other g; commit 1.6;"
      "convert 1.7 links a-; commit 1.7"));
  std::vector<Subject> all;
  Seq after = 0;
  for (;;) {
    const auto some = r.touched("links", after, 2);
    for (const auto& t : some) {
      CHECK(t.seq > after);
      after = t.seq;
      all.push_back(t.subject);
    }
    if (some.size() < 2) break;
  }
  CHECK(all == std::vector<Subject>{subject("e"), subject("c"), subject("a")});
}

TEST_CASE("subjects with much on record are given in portions") {
  const TempDir dir;
  const Reader r(journal_of(dir, "convert 1.1 links a b c* d* e; commit 1.1"));
  std::vector<std::size_t> sizes;
  Seq after = 0;
  for (auto some = r.touched("links", after, 100); !some.empty(); some = r.touched("links", after, 100)) {
    sizes.push_back(some.size());
    after = some.back().seq;
  }
  CHECK(sizes == std::vector<std::size_t>{3, 2});
  const std::vector<Subject> all{subject("a"), subject("b"), subject("c"), subject("d"), subject("e")};
  CHECK(r.portion(all, 0, 2) == 2);
  CHECK(r.portion(all, 0, 100) == 3);
  CHECK(r.portion(all, 3, 100) == 2);
  CHECK(r.portion({subject("d"), subject("c")}, 0, 100) == 1);
  CHECK(r.portion({subject("unknown")}, 0, 100) == 1);
  CHECK(r.portion(all, 5, 100) == 0);
}

TEST_CASE("filters") {
  const TempDir dir;
  const Reader r(journal_of(
      dir, "run a; convert 1.1 links a b; commit 1.1; end 0; run b; convert 1.2 links a; commit 1.2; note x"));
  CHECK(r.head_seq() == 12);
  CHECK(seqs(r, {}).size() == 12);
  Filter f;
  CHECK((f.from = 3, f.to = 5, seqs(r, f)) == std::vector<Seq>{3, 4, 5});
  f = {};
  CHECK((f.run = 2, seqs(r, f)) == std::vector<Seq>{2, 3, 4, 5, 6, 7});
  f = {};
  CHECK((f.kind = ChunkCommitted::kCode, seqs(r, f)) == std::vector<Seq>{6, 11});
  f = {};
  CHECK((f.unit = UnitId(1, 2), seqs(r, f)) == std::vector<Seq>{9, 10, 11});
  f = {};
  CHECK((f.subject = subject("a"), f.newest_first = true, seqs(r, f)) == std::vector<Seq>{9, 3});
  f.limit = 1;
  CHECK(seqs(r, f) == std::vector<Seq>{9});
  std::size_t seen = 0;
  r.for_each({}, [&](const Record& record) {
    r.event(record.seq);  // the reader can be asked meanwhile
    return ++seen < 3;
  });
  CHECK(seen == 3);
  CHECK_FALSE(r.event(0));
  CHECK_FALSE(r.event(13));
}

TEST_CASE("a reader beside a writer sees what is durable, and keeps up") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  const Reader reader(dir.path());
  writer->append(Note{"x"});
  CHECK(reader.head_seq() == 1);
  writer->flush();
  CHECK(reader.head_seq() == 2);
  CHECK(reader.head_chain() == writer->head().chain);
  writer->checkpoint();
  CHECK(reader.event(2));
}

TEST_CASE("what is not a journal, or not one for us, is told apart") {
  using Kind = JournalError::Kind;
  const TempDir dir;
  const std::string path = dir.path();
  CHECK_THAT(refusal(path, Kind::missing), Catch::Contains("no journal at " + path));
  write(path, "");
  refusal(path, Kind::torn);
  write(path, "SQLite form");
  refusal(path, Kind::torn);
  write(path,
        "Dear diary, this is text that is long enough to be a header of an SQLite file, one hundred bytes at least.");
  refusal(path, Kind::foreign);
  std::filesystem::remove(path);
  refusal(dir.root(), Kind::io);
  journal_of(dir, "note x");
  tamper(path, "PRAGMA user_version = 2");
  CHECK_THAT(refusal(path, Kind::newer), Catch::Contains("journal format 2, this program reads up to 1"));
  tamper(path, "PRAGMA user_version = 0");
  refusal(path, Kind::damaged);
  tamper(path, "PRAGMA user_version = 1; PRAGMA application_id = 7");
  refusal(path, Kind::foreign);
}

TEST_CASE("a path may hold what means something in a URI") {
  const TempDir dir;
  const std::string path = journal_of(dir, "note x", "100%25 a?b#c&mode=rw.journal");
  CHECK(std::filesystem::exists(path));
  CHECK(Reader(path).head_seq() == 2);
}

// The log stands beside the file: looked for beside the link, it was taken for none, and what only it held was not read.
TEST_CASE("by a symbolic link a journal reads the same, what is still in its log, too") {
  if (::geteuid() != 0) {
    WARN("needs root to become nobody");
    return;
  }
  const TempDir dir, elsewhere;
  const auto writer = make_journal(dir.path());
  writer->append(Note{"in the log"});
  writer->flush();
  REQUIRE(std::filesystem::file_size(dir.path() + "-wal") > 0);
  std::filesystem::create_symlink(dir.path(), elsewhere.path());
  std::filesystem::permissions(elsewhere.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(dir.root(), std::filesystem::perms(0555));
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0444));
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::permissions(dir.path() + suffix, std::filesystem::perms(0000));
  const pid_t child = ::fork();
  if (child == 0) {
    int answer = 3;
    try {
      if (::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0) answer = Reader(elsewhere.path()).head_seq() == 2 ? 0 : 2;
    } catch (const JournalError&) {
      answer = 1;
    }
    ::_exit(answer);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 1);  // refused: better than read without its end
  std::filesystem::permissions(dir.root(), std::filesystem::perms(0700));
}

TEST_CASE("a journal is readable where nothing may be written") {
  if (::geteuid() != 0) {
    WARN("needs root to become nobody");
    return;
  }
  const TempDir dir;
  const std::string path = journal_of(dir, kEverything);
  const std::string expected = signature(Reader(path));
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
  std::filesystem::permissions(dir.root(), std::filesystem::perms(0555));
  std::filesystem::permissions(path, std::filesystem::perms(0444));
  const pid_t child = ::fork();
  if (child == 0) {
    int answer = 1;
    try {
      if (::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0)
        answer = signature(Reader(path)) == expected ? 0 : 2;
    } catch (const std::exception& e) {
      if (::write(2, e.what(), std::string(e.what()).size()) < 0) answer = 4;
      answer = 3;
    }
    ::_exit(answer);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  std::filesystem::permissions(dir.root(), std::filesystem::perms(0700));
}
