#include "engine/audit/moment.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

#include "tests/journal/support.h"

using namespace tidemark;
using engine::audit::events_until;
using engine::audit::Moment;
using engine::audit::parse_moment;
using journal::UtcMicros;

namespace {

/// The local clock, for one test.
class Zone {
 public:
  explicit Zone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    if (before_.empty()) ::unsetenv("TZ");
    else ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }

 private:
  std::string before_;
};

UtcMicros utc(const char* text) { return journal::parse_utc(text).value(); }
std::string time_of(const std::string& text, const char* now) {
  const auto moment = parse_moment(text, utc(now));
  return moment && moment->time ? to_string(*moment->time) : "none";
}

}  // namespace

TEST_CASE("a moment is an event's number or a time") {
  const auto now = utc("2026-11-22T12:00:00Z");
  CHECK(parse_moment("#123", now) == Moment{123, {}});
  CHECK(parse_moment("123", now) == Moment{123, {}});
  CHECK(parse_moment("2026-11-22T02:13:00+01:00", now) == Moment{0, utc("2026-11-22T01:13:00Z")});
  const char* const wrong = GENERATE("", "#", "#0", "0", "x", "#12x", "-3", "24:00", "02:60", "2:13", "02-13", "02:13:", "02:13:60", "02:13x30", "02x13:30", "0x:13", "02:1x", "02:13:3x", "-1:13", "99999999999999999999", "yesterday", "2026-11-22");
  CAPTURE(wrong);
  CHECK_FALSE(parse_moment(wrong, now).has_value());
}

TEST_CASE("a time of day is the last one that the local clock showed") {
  const Zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  CHECK(time_of("02:13", "2026-11-22T12:00:00Z") == "2026-11-22T01:13:00.000000Z");     // today
  CHECK(time_of("14:00", "2026-11-22T12:00:00Z") == "2026-11-21T13:00:00.000000Z");     // yesterday: today's is still to come
  CHECK(time_of("13:00:00", "2026-11-22T12:00:00Z") == "2026-11-22T12:00:00.000000Z");  // now
  CHECK(time_of("14:00", "2026-11-01T12:00:00Z") == "2026-10-31T13:00:00.000000Z");     // across the month
  CHECK(time_of("23:00", "2026-10-25T12:00:00Z") == "2026-10-24T21:00:00.000000Z");     // across the clocks' change: summer time
}

TEST_CASE("a time is found among the events, whose times never go back") {
  const journal::test::TempDir dir;
  const journal::Reader reader(journal::test::journal_of(dir, "note a; note b; note c"));  // four events, a millisecond apart
  for (journal::Seq seq = 1; seq <= 4; ++seq) {
    const auto at = reader.event(seq)->at;
    CHECK(events_until(reader, at) == seq);
    CHECK(events_until(reader, {at.value - 1}) == seq - 1);
  }
  CHECK(events_until(reader, {0}) == 0);
  CHECK(events_until(reader, utc("2100-01-01T00:00:00Z")) == 4);
}
