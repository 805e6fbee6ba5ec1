#include "engine/clock.h"

#include <catch2/catch.hpp>
#include <csignal>

using namespace tidemark;

TEST_CASE("ids rise, also when the clock stands still or goes back") {
  std::int64_t now = 1'700'000'000'000'000;
  engine::Clock clock = engine::Clock::system();
  clock.utc = [&] { return journal::UtcMicros{now}; };
  engine::Uuid7 ids(clock);
  auto last = ids.next();
  for (int i = 0; i < 3000; ++i) {
    if (i == 1000) now -= 3'600'000'000;  // an hour back
    if (i == 2000) now += 7'200'000'000;
    const auto id = ids.next();
    REQUIRE(last < id);
    REQUIRE((id.bytes[6] >> 4) == 7);
    REQUIRE((id.bytes[8] >> 6) == 2);
    last = id;
  }
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | last.bytes[static_cast<std::size_t>(i)];
  CHECK(ms == now / 1000);
}

TEST_CASE("a stop says who asked for it") {
  engine::StopFlag stop;
  CHECK_FALSE(stop.requested());
  stop.request(SIGTERM);
  CHECK(stop.why() == "SIGTERM");
  stop.request_by_command();
  CHECK(stop.requested());
  CHECK(stop.why() == "tidemark stop");
}
