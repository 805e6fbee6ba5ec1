#include "engine/time_window.h"

#include <algorithm>
#include <ctime>

// std::chrono's time zones came with g++ 13: the C library's know the same rules.

namespace tidemark::engine {
namespace {

using journal::UtcMicros;

constexpr std::int64_t kSecond = 1000000;

std::tm local(std::time_t at) {
  std::tm tm{};
  localtime_r(&at, &tm);
  return tm;
}

int minutes_of(const std::tm& tm) { return tm.tm_hour * 60 + tm.tm_min; }

/// When the day of `day` (any moment of it, as local() says) has this time of day.
std::time_t on_day(const std::tm& day, int minutes) {
  const auto asked = [&](int is_dst) {
    std::tm tm = day;
    tm.tm_hour = minutes / 60;
    tm.tm_min = minutes % 60;
    tm.tm_sec = 0;
    tm.tm_isdst = is_dst;
    return std::mktime(&tm);
  };
  std::optional<std::time_t> first;
  for (const int is_dst : {1, 0}) {  // a zone without daylight saving answers 1 by another time of day, or as 0
    const auto at = asked(is_dst);
    if (minutes_of(local(at)) == minutes && (!first || at < *first)) first = at;
  }
  if (first) return *first;
  // The clock jumps over it: the jump is the first moment that shows a later time.
  std::tm wanted = day;
  wanted.tm_hour = minutes / 60;
  wanted.tm_min = minutes % 60;
  wanted.tm_sec = 0;
  const auto shown_as_utc = timegm(&wanted);
  std::time_t before = asked(-1) - 4 * 3600, after = before + 8 * 3600;
  const auto jumped = [&](std::time_t at) {
    std::tm tm = local(at);
    return timegm(&tm) >= shown_as_utc;
  };
  while (after - before > 1) {
    const auto middle = before + (after - before) / 2;
    (jumped(middle) ? after : before) = middle;
  }
  return after;
}

/// The same time of day, `days` days later.
std::time_t near(std::time_t now, int days, int minutes) {
  std::tm noon = local(now);
  noon.tm_mday += days;
  noon.tm_hour = 12;
  noon.tm_min = noon.tm_sec = 0;
  noon.tm_isdst = -1;
  std::mktime(&noon);  // fills in the right day of a month's end
  return on_day(noon, minutes);
}

std::time_t seconds(UtcMicros at) { return static_cast<std::time_t>(at.value / kSecond); }

UtcMicros last_time(UtcMicros now, int minutes) {
  std::time_t last = 0;
  for (int days = -2; days <= 0; ++days) {
    const auto at = near(seconds(now), days, minutes);
    if (at <= seconds(now)) last = std::max(last, at);
  }
  return UtcMicros{last * kSecond};
}

}  // namespace

std::optional<int> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : -100; };
  if (text.size() == 4 && text[1] == ':') return parse_time_of_day("0" + std::string(text));
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

UtcMicros next_time(UtcMicros now, int minutes) {
  for (int days = 0;; ++days) {
    const auto at = near(seconds(now), days, minutes);
    if (at > seconds(now)) return UtcMicros{at * kSecond};
  }
}

std::string local_text(UtcMicros at) {
  const std::tm tm = local(seconds(at));
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
  return text;
}

std::optional<TimeWindow> TimeWindow::parse(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = parse_time_of_day(text.substr(0, dash)), to = parse_time_of_day(text.substr(dash + 1));
  if (!from || !to || *from == *to) return std::nullopt;
  return TimeWindow{*from, *to};
}

std::string TimeWindow::text() const {
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d-%02d:%02d", from / 60 % 24, from % 60, to / 60 % 24, to % 60);
  return text;
}

bool TimeWindow::open(UtcMicros now) const { return last_time(now, from).value > last_time(now, to).value; }

double TimeWindow::until_done(UtcMicros now, double open_seconds) const {
  UtcMicros at = now;
  for (int nights = 0; nights < 366; ++nights) {
    if (!open(at)) at = opens(at);
    const double here = static_cast<double>(closes(at).value - at.value) / 1e6;
    if (open_seconds <= here) return static_cast<double>(at.value - now.value) / 1e6 + open_seconds;
    open_seconds -= here;
    at = closes(at);
  }
  return static_cast<double>(at.value - now.value) / 1e6 + open_seconds;
}

}  // namespace tidemark::engine
