/// The copy that a run leaves, on a disk that fails: under its name stands the one before or the new one, whole.

#include <catch2/catch.hpp>

#include "journal/backup.h"
#include "journal/verify.h"
#include "tests/disk/disk.h"
#include "tests/journal/support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;
using namespace tidemark::tests;

namespace {

Seq whole(const std::string& path) {
  const auto report = verify(path, false);
  INFO(path << ": " << report.kind << " " << report.detail);
  REQUIRE(report.ok);
  return report.events;
}

/// @param logged  a part of the journal is still in its log
/// @return whether the call was reached
bool fail_at(std::uint64_t nth, Fault fault, bool logged) {
  INFO(name_of(fault) << " at call " << nth << (logged ? ", the log is not empty" : ""));
  const TempDir dir;
  const auto path = journal_of(dir, kEverything), copy = dir.path("kept/a.journal.copy");
  keep_copy(path, copy);
  const Seq before = whole(copy);
  Disk disk;
  bool done = false, met = false;
  {
    const auto writer = Writer::open(options(path));
    for (int i = 0; i < 300; ++i) writer->append(Note{std::string(1000, 'a')});  // several pieces
    writer->flush();
    if (!logged) writer->checkpoint();
    disk.arm(fault, nth, false);
    try {
      keep_copy(path, copy);
      done = true;
    } catch (const JournalError& error) {
      CHECK(error.kind == JournalError::Kind::io);
    }
    met = disk.met();
    disk.kill();
  }
  disk.lose_power(dir.root(), Left::nothing, nth);
  disk.revive();
  const Seq after = whole(copy);
  CHECK((after == before || after == before + 300));
  if (done) CHECK(after == before + 300);
  CHECK(whole(path) == before + 300);
  return met;
}

}  // namespace

TEST_CASE("a copy is the one before or the new one") {
  const Fault fault = GENERATE(Fault::io_error, Fault::full_disk, Fault::short_write, Fault::failed_sync, Fault::power_loss);
  for (const bool logged : {false, true}) {
    std::uint64_t nth = 1;
    while (fail_at(nth, fault, logged)) ++nth;
    CHECK(nth > 1);
  }
}
