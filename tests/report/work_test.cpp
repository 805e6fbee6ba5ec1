#include "engine/report/work.h"

#include <catch2/catch.hpp>

#include <numeric>

using namespace tidemark;
using namespace tidemark::engine::report;

namespace {
journal::UtcMicros ms(std::int64_t n) { return {n * 1000}; }
}  // namespace

TEST_CASE("time between two runs is left out, and nothing is counted twice") {
  // Run 5 works for a second; run 9 a day later for two.
  std::vector<Chunk> chunks;
  for (int i = 0; i < 10; ++i) chunks.push_back({5, 100, 300, ms(i * 100), ms(i * 100 + 100), true});
  for (int i = 0; i < 10; ++i) chunks.push_back({9, 50, 100, ms(86'400'000 + i * 200), ms(86'400'000 + i * 200 + 200), true});
  const auto work = work_of(chunks);
  CHECK(work.seconds == Approx(3));
  REQUIRE(work.stretches.size() == 2);
  CHECK(work.stretches[0].to == Approx(1));
  CHECK(work.stretches[1].from == Approx(1));
  CHECK(work.stretches[1].subjects == 500);
  REQUIRE(work.slices.size() == 10);
  std::uint64_t subjects = 0, rows = 0;
  for (const auto& slice : work.slices) subjects += slice.subjects, rows += slice.rows;
  CHECK(subjects == 1500);
  CHECK(rows == 4000);
  CHECK(work.slices.front().p50_ms.value() == Approx(100));
  CHECK(work.slices.back().p95_ms.value() == Approx(200));
}

TEST_CASE("a chunk that recovery settled is counted and not timed") {
  const auto work = work_of({{1, 10, 20, ms(0), ms(50), true}, {1, 10, 20, ms(60), ms(60), false}});
  CHECK(work.unseen == 1);
  CHECK(work.seconds == Approx(0.06));
  REQUIRE(work.slices.size() == 1);
  CHECK(work.slices[0].subjects == 20);
  CHECK(work.slices[0].p95_ms.value() == Approx(50));
}

TEST_CASE("no work, one chunk, no time") {
  CHECK(work_of({}).slices.empty());
  const auto work = work_of({{1, 10, 20, ms(5), ms(5), true}});
  REQUIRE(work.slices.size() == 1);
  CHECK(work.slices[0].subjects == 10);
}

TEST_CASE("percentiles by nearest rank") {
  std::vector<double> values(100);
  std::iota(values.rbegin(), values.rend(), 1);
  CHECK(percentile(values, 50) == 50);
  CHECK(percentile(values, 95) == 95);
  std::vector<double> one{7};
  CHECK(percentile(one, 95) == 7);
}
