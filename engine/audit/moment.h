#pragma once
/// A point in a journal's history, as a person names it: an event's number, or a time.

#include <optional>
#include <string>
#include <string_view>

#include "journal/reader.h"

namespace tidemark::engine::audit {

/// Either one; neither: the end.
struct Moment {
  journal::Seq event = 0;
  std::optional<journal::UtcMicros> time;
  bool operator==(const Moment&) const = default;
};

/// `#123` or `123`; RFC 3339; `HH:MM` or `HH:MM:SS`: when the local clock last showed it, today or yesterday.
/// @return nullopt if it is none of these
std::optional<Moment> parse_moment(std::string_view text, journal::UtcMicros now);

/// The number of events recorded up to and including `at`, by the runner's clock, which never goes back in a journal.
journal::Seq events_until(const journal::Reader& journal, journal::UtcMicros at);

}  // namespace tidemark::engine::audit
