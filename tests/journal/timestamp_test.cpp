#include "journal/timestamp.h"

#include <catch2/catch.hpp>
#include <random>

#include "journal/ids.h"

using namespace tidemark::journal;

TEST_CASE("timestamps as PostgreSQL prints them, and nothing else") {
  const auto [text, us] = GENERATE(table<std::string, std::optional<std::int64_t>>({
      {"1970-01-01 00:00:00", 0},
      {"1970-01-01 00:00:00.000001", 1},
      {"1969-12-31 23:59:59.999999", -1},
      {"2026-11-22 02:14:00.123", 1795313640123000},
      {"2024-02-29 00:00:00", 1709164800000000},
      {"0001-01-01 00:00:00", kFirstTimestamp},
      {"9999-12-31 23:59:59.999999", kLastTimestamp},
      {"2026-11-22 02:14:00.120", std::nullopt},  // zeros are cut
      {"2026-11-22 02:14:00.", std::nullopt},
      {"2026-11-22 02:14:00.1234567", std::nullopt},
      {"2026-11-22T02:14:00", std::nullopt},
      {"2026-11-22 02:14:00+00", std::nullopt},
      {"2026-02-29 00:00:00", std::nullopt},
      {"2026-11-22 24:00:00", std::nullopt},
      {"2026-11-22 23:59:60", std::nullopt},
      {"0000-01-01 00:00:00", std::nullopt},
      {"2026-11-22 2:14:00", std::nullopt},
      {"2026-11-22", std::nullopt},
      {"2026/11-22 02:14:00", std::nullopt},
      {"2026-11/22 02:14:00", std::nullopt},
      {"2026-x1-22 02:14:00", std::nullopt},
      {"2026-11-x2 02:14:00", std::nullopt},
      {"2026-11-22 0x:14:00", std::nullopt},
      {"2026-11-22 02.14:00", std::nullopt},
      {"2026-11-22 02:6x:00", std::nullopt},
      {"2026-11-22 02:60:00", std::nullopt},
      {"2026-11-22 02:14.00", std::nullopt},
      {"2026-11-22 02:14:0x", std::nullopt},
      {"2026-11-22 02:14:00.1x", std::nullopt},
      {"", std::nullopt},
  }));
  CAPTURE(text);
  CHECK(parse_timestamp(text) == us);
  if (us) CHECK(print_timestamp(*us) == text);
}

TEST_CASE("timestamps print and parse, at random") {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> any(kFirstTimestamp, kLastTimestamp);
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t us = any(random) / (i % 3 == 0 ? 1'000'000 : 1) * (i % 3 == 0 ? 1'000'000 : 1);
    REQUIRE(parse_timestamp(print_timestamp(us)) == us);
  }
}

TEST_CASE("times for people and for the target") {
  CHECK(to_string(UtcMicros{1795313640000000}) == "2026-11-22T02:14:00.000000Z");
  CHECK(to_string(UtcMicros{-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(to_pg_millis(UtcMicros{1795313640123999}) == "2026-11-22 02:14:00.123");
  CHECK(to_pg_millis(UtcMicros{1795313640120999}) == "2026-11-22 02:14:00.12");
  CHECK(to_pg_millis(UtcMicros{1795313640000999}) == "2026-11-22 02:14:00");
  CHECK(to_pg_millis(UtcMicros{-1}) == "1969-12-31 23:59:59.999");
  CHECK(to_pg_millis(UtcMicros{kFirstTimestamp - 1}) == std::to_string(kFirstTimestamp - 1) + " us since 1970");
  CHECK(to_pg_millis(UtcMicros{kLastTimestamp + 1}) == std::to_string(kLastTimestamp + 1) + " us since 1970");
  CHECK(to_string(UtcMicros{INT64_MAX}) == "9223372036854775807 us since 1970");  // damaged, not undefined
}

TEST_CASE("RFC 3339") {
  const auto [text, us] = GENERATE(table<std::string, std::optional<std::int64_t>>({
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01t00:00:00z", 0},
      {"1970-01-01T00:00:00.5Z", 500000},
      {"1970-01-01T00:00:00.1234567Z", 123456},
      {"1970-01-01T01:30:00+01:30", 0},
      {"1969-12-31T19:00:00-05:00", 0},
      {"1970-01-01T00:00:00", std::nullopt},
      {"1970-01-01 00:00:00Z", std::nullopt},
      {"1970-01-01T00:00:00.Z", std::nullopt},
      {"1970-01-01T00:00:00Zx", std::nullopt},
      {"1970-01-01T00:00:00+0100", std::nullopt},
      {"1970-13-01T00:00:00Z", std::nullopt},
      {"1970-01-01T00:00:00+", std::nullopt},
      {"1970-01-01T00:00:00+0x:00", std::nullopt},
      {"1970-01-01T00:00:00+24:00", std::nullopt},
      {"1970-01-01T00:00:00-01:0x", std::nullopt},
      {"1970-01-01T00:00:00-01:60", std::nullopt},
      {"1970-01-01T00:00:00-01:300", std::nullopt},
      {"1970-01-01T23:59:00+23:59", 0},
      {"1970-01-01T00:00:00.25-00:00", 250000},
      {"", std::nullopt},
  }));
  CAPTURE(text);
  const auto at = parse_utc(text);
  REQUIRE(at.has_value() == us.has_value());
  if (at) CHECK(at->value == *us);
}
