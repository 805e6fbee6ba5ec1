#include "engine/disk_room.h"

#include <catch2/catch.hpp>

#include "engine/errors.h"

using namespace tidemark::engine;

TEST_CASE("64 MiB of the journal's disk are kept free, of a small one an eighth") {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  CHECK(kept_free({0, 1000 * 1024 * kMiB}) == 64 * kMiB);
  CHECK(kept_free({0, 512 * kMiB}) == 64 * kMiB);
  CHECK(kept_free({0, 64 * kMiB}) == 8 * kMiB);
  CHECK(kept_free({0, 0}) == 0);
}

TEST_CASE("a disk that doesn't answer stops nobody") { CHECK_NOTHROW(insist_on_room("/no/such/folder/a.journal", "convert")); }
