#include "journal/file_system.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "journal/errors.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

unsigned mode(const std::string& path) {
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  return st.st_mode & 07777;
}

}  // namespace

TEST_CASE("file systems of other machines are known by number or name") {
  CHECK(is_network_file_system(0x6969, ""));
  CHECK(is_network_file_system(static_cast<int>(0xff534d42), "cifs"));  // f_type may come sign-extended
  CHECK(is_network_file_system(0x65735546, "fuse.sshfs"));
  CHECK_FALSE(is_network_file_system(0x65735546, "fuse.fuse-overlayfs"));
  CHECK_FALSE(is_network_file_system(0xef53, "ext4"));
  CHECK_FALSE(is_network_file_system(0x01021994, "tmpfs"));
}

TEST_CASE("a journal and its directories are its owner's, whatever the umask") {
  const TempDir dir;
  const auto old = ::umask(GENERATE(0, 0277));
  {
    const auto writer = make_journal(dir.path("x/y/a.journal"));
    play(*writer, "run convert");
    writer->flush();
    ::umask(old);
    CHECK(mode(dir.path("x")) == 0700);
    CHECK(mode(dir.path("x/y")) == 0700);
    for (const char* file : {"a.journal", "a.journal-wal", "a.journal-shm", "a.journal.lock"})
      CHECK(mode(dir.path(std::string("x/y/") + file)) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(dir.path("x/y/a.journal-wal")));
}

TEST_CASE("making a journal overwrites nothing and takes up what a crash left") {
  const TempDir dir;
  std::ofstream(dir.path("a.journal.new")) << "half a journal";
  std::ofstream(dir.path("a.journal.new-wal")) << "rest";
  make_journal(dir.path());
  CHECK_FALSE(std::filesystem::exists(dir.path("a.journal.new")));
  CHECK(Reader(dir.path()).head_seq() == 1);
  try {
    make_journal(dir.path());
    FAIL("overwritten");
  } catch (const JournalError& e) {
    CHECK(e.kind == JournalError::Kind::io);
  }
  CHECK(Reader(dir.path()).head_seq() == 1);
}

TEST_CASE("what the system refuses is said") {
  const TempDir dir;
  std::ofstream(dir.path("file")) << "x";
  try {
    make_journal(dir.path("file/below/a.journal"));
    FAIL("made");
  } catch (const JournalError& e) {
    CHECK(e.kind == JournalError::Kind::io);
    CHECK_THAT(e.what(), Catch::Contains("Not a directory") && Catch::Contains(dir.path("file")));
  }
}
