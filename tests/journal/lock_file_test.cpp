#include "journal/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include "journal/errors.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

std::string refusal(const std::string& path) {
  try {
    Writer::open(options(path));
  } catch (const JournalError& e) {
    CHECK(e.kind == JournalError::Kind::locked);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a second writer is refused, and told who holds the journal") {
  const TempDir dir;
  auto first = make_journal(dir.path());
  CHECK_THAT(refusal(dir.path()), Catch::Contains("in use by tester@host pid 1, run 2") && Catch::Contains(dir.path()));
  first.reset();
  CHECK_NOTHROW(Writer::open(options(dir.path())));
}

TEST_CASE("the lock dies with its process, not with its file") {
  const TempDir dir;
  make_journal(dir.path()).reset();
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const LockFile held(dir.path(), "child pid 99");
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(0);
  }
  char c;
  REQUIRE(::read(ready[0], &c, 1) == 1);
  CHECK_THAT(refusal(dir.path()), Catch::Contains("child pid 99"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(std::filesystem::exists(dir.path() + ".lock"));
  CHECK_NOTHROW(Writer::open(options(dir.path())));
}

TEST_CASE("who asks whether a journal is locked keeps nobody from writing to it") {
  const TempDir dir;
  make_journal(dir.path()).reset();
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) is_locked(dir.path());
  }
  std::size_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    try {
      const LockFile held(dir.path(), "tester");
    } catch (const JournalError&) {
      ++refused;
    }
  }
  CHECK(refused == 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);

  // A process that shares it and doesn't let go holds it like any other.
  const int shared = ::open((dir.path() + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(shared, LOCK_SH) == 0);
  CHECK_THAT(refusal(dir.path()), Catch::Contains("in use by "));
  ::close(shared);
  CHECK_NOTHROW(Writer::open(options(dir.path())));
}

TEST_CASE("a lock that can't be written is not held") {
  const TempDir dir;
  make_journal(dir.path()).reset();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit nothing{0, before.rlim_max};
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &nothing) == 0);
  std::string answer;
  try {
    const LockFile held(dir.path(), "tester");
  } catch (const JournalError& e) {
    if (e.kind == JournalError::Kind::io) answer = e.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  CHECK_THAT(answer, Catch::Contains("writing the lock file " + dir.path() + ".lock") && Catch::Contains("File too large"));
  CHECK_FALSE(is_locked(dir.path()));
  CHECK_NOTHROW(Writer::open(options(dir.path())));
}

TEST_CASE("a missing journal leaves no lock behind") {
  const TempDir dir;
  CHECK_THROWS_AS(Writer::open(options(dir.path())), JournalError);
  CHECK_FALSE(std::filesystem::exists(dir.path() + ".lock"));
}

TEST_CASE("by whichever name a journal is opened, a second writer is refused") {
  const TempDir dir;
  auto first = make_journal(dir.path());
  const std::string link = dir.path() + ".link", further = dir.path() + ".further";
  std::filesystem::create_symlink(std::filesystem::path(dir.path()).filename(), link);
  std::filesystem::create_symlink(link, further);
  for (const auto& name : {link, further}) {
    CHECK_THAT(refusal(name), Catch::Contains("in use by tester@host pid 1, run 2"));
    CHECK(is_locked(name));
  }
  first.reset();
  CHECK_FALSE(is_locked(further));
  first = Writer::open(options(further));
  CHECK_THAT(refusal(dir.path()), Catch::Contains("in use"));
}

TEST_CASE("a lock that is a symbolic link isn't followed: what it leads to stays as it is") {
  const TempDir dir;
  make_journal(dir.path()).reset();
  const std::string lock = dir.path() + ".lock", other = dir.path() + ".other";
  std::ofstream(other) << "theirs";
  std::filesystem::remove(lock);
  std::filesystem::create_symlink(other, lock);
  CHECK_THROWS_AS(Writer::open(options(dir.path())), JournalError);
  std::string text;
  std::ifstream(other) >> text;
  CHECK(text == "theirs");
}
