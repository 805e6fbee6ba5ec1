/// Each call of SQLite's file layer fails in turn, once or for ever after, until a whole life of a journal runs through.

#include <catch2/catch.hpp>

#include "tests/disk/disk.h"
#include "tests/disk/life.h"
#include "tests/journal/support.h"

using namespace tidemark::tests;
using tidemark::journal::test::TempDir;

namespace {

/// How the process ends after the error, and what becomes of the machine.
enum class End { clean, killed, power_lost };
const char* name_of(End end) { return end == End::clean ? "clean" : end == End::killed ? "killed" : "power lost"; }

/// @return whether the call was reached
bool fail_at(std::uint64_t nth, Fault fault, bool ever_after, End end) {
  const TempDir dir;
  Disk disk;
  Life life(dir.path());
  disk.arm(fault, nth, ever_after);
  life.live([&] {
    if (end != End::clean) disk.kill();
  });
  const bool met = disk.met();
  const std::string which = disk.which();
  if (end == End::power_lost) {
    disk.kill();
    disk.lose_power(dir.root(), Left::nothing, nth);
  }
  disk.revive();
  INFO(name_of(fault) << " at call " << nth << " (" << which << ")" << (ever_after ? " and ever after" : "") << ", " << name_of(end) << "; " << life.error());
  REQUIRE(life.wrong() == "");
  REQUIRE(life.broken() == "");
  if (!std::filesystem::exists(dir.path())) return met;
  // The next run builds on what it found there: that must be on the disk, not only in the system's memory.
  life.go_on([&] { disk.kill(); });
  disk.lose_power(dir.root(), Left::nothing, nth);
  disk.revive();
  REQUIRE(life.broken() == "");
  life.go_on();
  REQUIRE(life.broken() == "");
  return met;
}

/// Every call. Of the six ways, once or for ever after with three ends, each call has one, which `first` shifts: the nightly test has them all.
void each_call(Fault fault, std::uint64_t first = 0) {
  std::uint64_t nth = 1;
  while (fail_at(nth, fault, (nth + first) / 3 % 2 == 1, static_cast<End>((nth + first) % 3))) ++nth;
  CHECK(nth > 10);
}

}  // namespace

TEST_CASE("an I/O error at each call leaves the journal short at most") { each_call(Fault::io_error); }
TEST_CASE("so does a full disk at each write") { each_call(Fault::full_disk); }
TEST_CASE("so does half a write") { each_call(Fault::short_write); }
TEST_CASE("so does a sync that fails and lets the writes be forgotten") { each_call(Fault::failed_sync); }
TEST_CASE("each call with each end", "[.nightly]") {
  const Fault fault = GENERATE(Fault::io_error, Fault::full_disk, Fault::short_write, Fault::failed_sync);
  for (std::uint64_t first = 1; first < 6; ++first) each_call(fault, first);
}
