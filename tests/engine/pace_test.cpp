#include <catch2/catch.hpp>

#include "engine/conversion/brake.h"
#include "engine/conversion/chunk_size.h"

using namespace tidemark::engine::conversion;
using std::chrono::milliseconds;

TEST_CASE("a chunk's size settles where it takes the time aimed at") {
  const auto [per_subject_us, expected] = GENERATE(table<int, std::size_t>({{1000, 300}, {200, 1500}, {100, 2000}, {60000, 10}, {3000, 100}}));
  ChunkSize size({1000, 10, 2000, milliseconds(300)});
  for (int i = 0; i < 40; ++i) size.took(size.now(), milliseconds(size.now() * static_cast<std::size_t>(per_subject_us) / 1000));
  INFO(per_subject_us);
  CHECK(size.now() >= expected * 95 / 100);
  CHECK(size.now() <= expected * 105 / 100);
}

TEST_CASE("one odd chunk moves the size little, a small one not at all") {
  ChunkSize size({1000, 10, 4000, milliseconds(300)});
  size.took(1000, milliseconds(60000));
  CHECK(size.now() == 503);
  size.took(503, milliseconds(1));
  CHECK(size.now() == 755);
  size.took(100, milliseconds(300));  // the end of a range
  CHECK(size.now() == 755);
}

TEST_CASE("after time-outs chunks are halved, down to the least, and grow again") {
  ChunkSize size({1000, 10, 2000, milliseconds(300)});
  for (const std::size_t expected : {500, 250, 125, 62, 31, 15, 10, 10}) {
    size.timed_out();
    CHECK(size.now() == expected);
  }
  size.took(10, milliseconds(1));
  CHECK(size.now() == 15);
  ChunkSize fixed({100, 10, 2000, milliseconds(0)});
  fixed.took(100, milliseconds(60000));
  CHECK(fixed.now() == 100);
  fixed.timed_out();
  CHECK(fixed.now() == 50);
  fixed.took(50, milliseconds(60000));
  fixed.took(75, milliseconds(60000));
  CHECK(fixed.now() == 100);
  CHECK(ChunkSize({5, 10, 2000, milliseconds(300)}).now() == 5);
}

TEST_CASE("each limit brakes, from its own side alone") {
  using M = ThrottleMeasures;
  using L = ThrottleLimits;
  struct Row { std::optional<double> M::*measure; double L::*limit; const char* text; bool least = false; };
  const Row row = GENERATE(values<Row>({{&M::replication_lag_s, &L::replication_lag_s, "replication lag 5.5 s over 5"},
                                        {&M::active_sessions, &L::active_sessions, "active sessions 5.5 over 5"},
                                        {&M::probe_p95_ms, &L::probe_p95_ms, "probe p95 5.5 ms over 5"},
                                        {&M::wal_mib_s, &L::wal_mib_s, "WAL 5.5 MiB/s over 5"},
                                        {&M::waiting_sessions, &L::waiting_sessions, "sessions that wait for us 5.5 over 5"},
                                        {&M::transaction_s, &L::transaction_s, "our oldest transaction 5.5 s over 5"},
                                        {&M::free_disk_mib, &L::free_disk_mib, "free disk of the journal 4.5 MiB under 5", true}}));
  M measures;
  L limits;
  CHECK_FALSE(limits.any());
  limits.*row.limit = 5;
  CHECK(limits.any());
  CHECK(judge(measures, limits).empty());  // not known
  measures.*row.measure = 5;
  CHECK(judge(measures, limits).empty());
  measures.*row.measure = row.least ? 4.5 : 5.5;
  const auto found = judge(measures, limits);
  REQUIRE(found.size() == 1);
  CHECK(found[0].text == row.text);
  CHECK(found[0].hard == row.least);
  measures.*row.measure = row.least ? 0 : 10.5;
  CHECK(judge(measures, limits).at(0).hard);
  CHECK(judge(measures, L{}).empty());
}

TEST_CASE("the brake tightens and loosens step by step, and tells each change once") {
  Brake brake;
  const std::vector<Excess> slow{{"probe p95 12 ms over 10", false}}, slower{{"probe p95 13 ms over 10", false}}, hard{{"replication lag 60 s over 5", true}};
  CHECK_FALSE(brake.measured({}));
  CHECK(brake.measured(slow));
  CHECK(brake.action() == "slower");
  CHECK(brake.rest() == 1);
  CHECK_FALSE(brake.measured(slower));  // the same cause, another figure
  CHECK(brake.cause() == "probe p95 13 ms over 10");
  CHECK(brake.rest() == 3);
  CHECK_FALSE(brake.measured({}));
  CHECK(brake.rest() == 1);
  CHECK(brake.measured(hard));
  CHECK(brake.halted());
  CHECK(brake.measured({}));
  CHECK_FALSE(brake.halted());
  CHECK_FALSE(brake.measured({}));
  CHECK_FALSE(brake.measured({}));
  CHECK(brake.measured({}));
  CHECK(brake.cause().empty());
  CHECK(brake.action() == "full speed");
  for (int i = 0; i < 3; ++i) brake.measured(slow);
  CHECK_FALSE(brake.halted());
  CHECK(brake.measured(slow));  // four in a row: a limit that easing does not bring back
  CHECK(brake.halted());
}
