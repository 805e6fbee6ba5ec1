#pragma once
/// Hours of the night by the machine's local clock. Daylight saving: a time that comes twice counts once, the first time; one that is left out
/// counts as the moment at which the clock jumps over it.

#include <optional>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::engine {

/// Minutes since midnight of "06:00", "22:30"; nullopt: it isn't a time of day.
std::optional<int> parse_time_of_day(std::string_view text);
/// The next moment after `now` at which the local clock shows this time of day.
journal::UtcMicros next_time(journal::UtcMicros now, int minutes);
/// "2026-11-23 22:00" as the local clock shows it.
std::string local_text(journal::UtcMicros at);

/// Open every day between two times of day; over midnight where the second is the earlier.
struct TimeWindow {
  int from = 0, to = 0;  ///< minutes since midnight, not equal

  /// "22:00-06:00"; nullopt: it isn't one.
  static std::optional<TimeWindow> parse(std::string_view text);
  std::string text() const;
  bool open(journal::UtcMicros now) const;
  journal::UtcMicros opens(journal::UtcMicros now) const { return next_time(now, from); }
  journal::UtcMicros closes(journal::UtcMicros now) const { return next_time(now, to); }
  /// Seconds by the clock until so many seconds of open time are over.
  double until_done(journal::UtcMicros now, double open_seconds) const;
  bool operator==(const TimeWindow&) const = default;
};

}  // namespace tidemark::engine
