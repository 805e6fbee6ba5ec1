#include "engine/audit/moment.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace tidemark::engine::audit {
namespace {

using journal::UtcMicros;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(n) : std::nullopt;
}

/// "02:13" and "02:13:30" as seconds of the day.
std::optional<int> second_of_day(std::string_view text) {
  if ((text.size() != 5 && text.size() != 8) || text[2] != ':' || (text.size() == 8 && text[5] != ':')) return std::nullopt;
  const auto two = [&](std::size_t at, std::uint64_t limit) {
    const auto n = number(text.substr(at, 2));
    return n && *n < limit ? std::optional(static_cast<int>(*n)) : std::nullopt;
  };
  const auto hour = two(0, 24), minute = two(3, 60), second = text.size() == 8 ? two(6, 60) : std::optional(0);
  if (!hour || !minute || !second) return std::nullopt;
  return *hour * 3600 + *minute * 60 + *second;
}

/// When the local clock last showed that time. mktime() knows the days on which the clocks change.
UtcMicros last_time_of_day(int second, UtcMicros now) {
  const std::time_t present = now.value / 1'000'000;
  std::tm local{};
  localtime_r(&present, &local);
  for (int day = local.tm_mday;; --day) {
    std::tm wanted = local;
    wanted.tm_mday = day;
    wanted.tm_hour = second / 3600;
    wanted.tm_min = second / 60 % 60;
    wanted.tm_sec = second % 60;
    wanted.tm_isdst = -1;
    const UtcMicros at{std::int64_t{std::mktime(&wanted)} * 1'000'000};
    if (at <= now) return at;
  }
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text, UtcMicros now) {
  Moment moment;
  if (const auto event = number(text.starts_with('#') ? text.substr(1) : text)) {
    if (*event == 0) return std::nullopt;
    moment.event = *event;
  } else if (const auto second = second_of_day(text)) {
    moment.time = last_time_of_day(*second, now);
  } else {
    moment.time = journal::parse_utc(text);
    if (!moment.time) return std::nullopt;
  }
  return moment;
}

journal::Seq events_until(const journal::Reader& journal, UtcMicros at) {
  journal::Seq low = 0, high = journal.head_seq();  // event `low` is not after `at`, event high + 1 is
  while (low < high) {
    const journal::Seq middle = low + (high - low + 1) / 2;
    const auto event = journal.event(middle);
    if (event && event->at <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

}  // namespace tidemark::engine::audit
