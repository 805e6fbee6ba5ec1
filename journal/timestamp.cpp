#include "journal/timestamp.h"

#include <chrono>

#include "journal/ids.h"

namespace tidemark::journal {

namespace {

constexpr std::int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond;

/// Reads exactly `digits` decimal digits from the front. @return -1 if there are fewer
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// "2026-11-22 02:14:00", any separator `between` date and time. Microseconds since 1970.
std::optional<std::int64_t> take_seconds(std::string_view& text, std::string_view between) {
  const int year = take_number(text, 4);
  if (year < 1 || !take(text, '-')) return std::nullopt;
  const int month = take_number(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  const int day = take_number(text, 2);
  if (day < 0 || text.empty() || between.find(text.front()) == between.npos) return std::nullopt;
  text.remove_prefix(1);
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return std::nullopt;
  const int second = take_number(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay + ((hour * 60 + minute) * 60 + second) * kSecond;
}

/// Digits after the point, as microseconds; what is finer is cut. @return the number of digits, 0 if there is none
std::size_t take_fraction(std::string_view& text, std::int64_t& us) {
  std::size_t digits = 0;
  us = 0;
  for (std::int64_t unit = kSecond / 10; !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
    us += (text.front() - '0') * unit;
    text.remove_prefix(1);
    ++digits;
  }
  return digits;
}

/// Writes `n`, which is not negative and has no more than `digits`, over the text. (snprintf was a tenth of reading an event.)
void put(std::string& text, std::size_t at, std::size_t digits, std::int64_t n) {
  for (std::size_t i = at + digits; i > at; n /= 10) text[--i] = static_cast<char>('0' + n % 10);
}

/// @param us  within kFirstTimestamp to kLastTimestamp
std::string print(std::int64_t us, char between) {
  const std::int64_t days = us / kDay - (us % kDay < 0), rest = us - days * kDay, second = rest / kSecond;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string text = "0000-00-00 00:00:00.000000";
  put(text, 0, 4, static_cast<int>(date.year()));
  put(text, 5, 2, static_cast<unsigned>(date.month()));
  put(text, 8, 2, static_cast<unsigned>(date.day()));
  text[10] = between;
  put(text, 11, 2, second / 3600);
  put(text, 14, 2, second / 60 % 60);
  put(text, 17, 2, second % 60);
  put(text, 20, 6, rest % kSecond);
  return text;
}

bool printable(std::int64_t us) { return us >= kFirstTimestamp && us <= kLastTimestamp; }

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto seconds = take_seconds(text, " ");
  if (!seconds || text.empty()) return seconds;
  const bool zero_at_end = text.back() == '0';
  std::int64_t us = 0;
  if (!take(text, '.')) return std::nullopt;
  const std::size_t digits = take_fraction(text, us);
  if (digits == 0 || digits > 6 || zero_at_end || !text.empty()) return std::nullopt;
  return *seconds + us;
}

std::string print_timestamp(std::int64_t us) {
  std::string text = print(us, ' ');
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  // "…:00" lost its zeros only behind the point, which was there: nothing before it is cut.
  return text;
}

std::string to_string(UtcMicros at) {
  if (!printable(at.value)) return std::to_string(at.value) + " us since 1970";
  return print(at.value, 'T') + "Z";
}

std::string to_pg_millis(UtcMicros at) {
  if (!printable(at.value)) return to_string(at);
  const std::int64_t below = at.value % 1000;
  return print_timestamp(at.value - below - (below < 0 ? 1000 : 0));
}

std::optional<UtcMicros> parse_utc(std::string_view text) {
  const auto seconds = take_seconds(text, "Tt");
  std::int64_t us = 0;
  if (!seconds || (take(text, '.') && take_fraction(text, us) == 0)) return std::nullopt;
  if (text == "Z" || text == "z") return UtcMicros{*seconds + us};
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const int hours = take_number(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ':')) return std::nullopt;
  const int minutes = take_number(text, 2);
  if (minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  const std::int64_t offset = (hours * 60 + minutes) * 60 * kSecond;
  return UtcMicros{*seconds + us + (east ? -offset : offset)};
}

}  // namespace tidemark::journal
