#include "engine/time_window.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

using namespace tidemark;
using engine::TimeWindow;

namespace {

/// The machine's zone for as long as this lives.
struct Zone {
  explicit Zone(const char* name) {
    if (const char* was = std::getenv("TZ")) before = was;
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    if (before.empty()) unsetenv("TZ");
    else setenv("TZ", before.c_str(), 1);
    tzset();
  }
  std::string before;
};

// The rules are spelled out: the test needs no zone files.
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

journal::UtcMicros utc(const char* text) { return *journal::parse_utc(text); }
std::string next(const char* now, const char* time) { return to_string(engine::next_time(utc(now), *engine::parse_time_of_day(time))); }

}  // namespace

TEST_CASE("times of day and windows are read strictly") {
  CHECK(engine::parse_time_of_day("06:00") == 360);
  CHECK(engine::parse_time_of_day("6:05") == 365);
  CHECK(engine::parse_time_of_day("23:59") == 1439);
  for (const auto* bad : {"", "24:00", "12:60", "1200", "12:0", "ab:cd", "-1:00", "06:00:00", "6h"}) CHECK_FALSE(engine::parse_time_of_day(bad));
  CHECK(TimeWindow::parse("22:00-06:00") == TimeWindow{1320, 360});
  CHECK(TimeWindow::parse("22:00-06:00")->text() == "22:00-06:00");
  for (const auto* bad : {"22:00", "22:00-22:00", "22:00-", "-06:00", "22-6", "22:00-06:00-07:00"}) CHECK_FALSE(TimeWindow::parse(bad));
}

TEST_CASE("the next time of day, by the local clock and over its changes") {
  const Zone zone(kBerlin);
  const auto [now, time, expected] = GENERATE(table<const char*, const char*, const char*>({
      {"2026-11-23T01:00:00Z", "06:00", "2026-11-23T05:00:00"},  // winter: one hour ahead of UTC
      {"2026-11-23T05:00:00Z", "06:00", "2026-11-24T05:00:00"},  // not now: the next one
      {"2026-07-01T01:00:00Z", "06:00", "2026-07-01T04:00:00"},  // summer: two
      {"2026-12-31T22:30:00Z", "00:15", "2026-12-31T23:15:00"},  // a new year
      {"2026-03-28T21:00:00Z", "06:00", "2026-03-29T04:00:00"},  // the night when the clock goes forward
      {"2026-03-28T21:00:00Z", "02:30", "2026-03-29T01:00:00"},  // a time that isn't: the jump
      {"2026-10-24T21:00:00Z", "06:00", "2026-10-25T05:00:00"},  // the night when it goes back
      {"2026-10-24T21:00:00Z", "02:30", "2026-10-25T00:30:00"},  // a time that comes twice: the first
      {"2026-10-25T00:30:00Z", "02:30", "2026-10-26T01:30:00"},  // and not again an hour later
  }));
  INFO(now << " " << time);
  CHECK(next(now, time).substr(0, 19) == expected);
}

TEST_CASE("a window over midnight is open in the night, once") {
  const Zone zone(kBerlin);
  const auto night = *TimeWindow::parse("22:00-06:00");
  CHECK_FALSE(night.open(utc("2026-11-23T20:59:59Z")));
  CHECK(night.open(utc("2026-11-23T21:00:00Z")));
  CHECK(night.open(utc("2026-11-24T04:59:59Z")));
  CHECK_FALSE(night.open(utc("2026-11-24T05:00:00Z")));
  const auto day = *TimeWindow::parse("08:00-17:30");
  CHECK(day.open(utc("2026-11-24T07:00:00Z")));
  CHECK_FALSE(day.open(utc("2026-11-24T16:30:00Z")));
  const auto late = *TimeWindow::parse("02:30-06:00");  // opens in the hour that comes twice, and stays open
  CHECK_FALSE(late.open(utc("2026-10-25T00:29:00Z")));
  CHECK(late.open(utc("2026-10-25T00:31:00Z")));
  CHECK(late.open(utc("2026-10-25T01:05:00Z")));
  CHECK(to_string(night.opens(utc("2026-11-23T12:00:00Z"))).substr(0, 19) == "2026-11-23T21:00:00");
  CHECK(to_string(night.closes(utc("2026-11-23T23:00:00Z"))).substr(0, 19) == "2026-11-24T05:00:00");
}

TEST_CASE("what is left counts the hours in which nothing is done") {
  const Zone zone(kBerlin);
  const auto night = *TimeWindow::parse("22:00-06:00");
  const auto evening = utc("2026-11-23T20:00:00Z");  // an hour before it opens
  CHECK(night.until_done(evening, 60) == 3660);
  CHECK(night.until_done(evening, 8 * 3600) == 9 * 3600);
  CHECK(night.until_done(evening, 9 * 3600) == 26 * 3600);  // the last hour in the next night
  CHECK(night.until_done(utc("2026-10-24T20:00:00Z"), 9 * 3600) == 9 * 3600);  // this night has nine hours
}
