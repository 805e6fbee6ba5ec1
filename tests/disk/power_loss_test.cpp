/// The power goes at each sync: what was not synced is dropped, torn, reordered, or leaves what lay on the disk before.

#include <catch2/catch.hpp>

#include "tests/disk/disk.h"
#include "tests/disk/life.h"
#include "tests/journal/support.h"

using namespace tidemark::tests;
using tidemark::journal::test::TempDir;

namespace {

bool lose_power_at(std::uint64_t nth, Left left, std::uint64_t seed) {
  const TempDir dir;
  Disk disk;
  Life life(dir.path());
  disk.arm(Fault::power_loss, nth, false);
  life.live([] {});
  const bool met = disk.met();
  disk.kill();
  disk.lose_power(dir.root(), left, seed);
  disk.revive();
  INFO("power lost at sync " << nth << ", left " << static_cast<int>(left) << ", seed " << seed << "; " << life.error());
  REQUIRE(life.broken() == "");
  if (!std::filesystem::exists(dir.path())) return met;
  life.go_on();
  REQUIRE(life.broken() == "");
  return met;
}

}  // namespace

TEST_CASE("power lost at each sync leaves all that was durable") {
  const Left left = GENERATE(from_range(std::begin(kLefts), std::end(kLefts)));
  for (std::uint64_t seed = 0; seed < (left == Left::nothing || left == Left::last_ones ? 1u : 3u); ++seed) {
    std::uint64_t nth = 1;
    while (lose_power_at(nth, left, seed)) ++nth;
    CHECK(nth > 10);
  }
}
