#include "engine/rollback/estimate.h"

#include <catch2/catch.hpp>

using namespace tidemark::engine::rollback;

TEST_CASE("the rate is that between the first and the last chunk; the first one's own rows took place before") {
  CHECK_FALSE(rate({}).has_value());
  CHECK_FALSE(rate({{{1'000'000}, 500}}).has_value());
  CHECK(rate({{{1'000'000}, 9999}, {{2'000'000}, 100}, {{3'000'000}, 300}}).value() == Approx(200));
  CHECK_FALSE(rate({{{1'000'000}, 5}, {{1'000'000}, 5}}).has_value());  // no time between them
  CHECK_FALSE(rate({{{2'000'000}, 5}, {{1'000'000}, 5}}).has_value());  // the target's clock went back
  CHECK_FALSE(rate({{{1'000'000}, 5}, {{2'000'000}, 0}}).has_value());
}
