#pragma once
/// One fixed event of each kind, for the golden payloads, and events with random content.

#include <random>
#include <vector>

#include "journal/event.h"

namespace tidemark::journal::test {

/// The subject that samples are coded for.
inline constexpr const char* kSampleSubject = "0193a1b2-c3d4-7e5f-8a9b-0123456789ab";
/// In the order of their codes. Fixed for ever: tests/golden/journal holds their payloads.
std::vector<Event> samples();

using Random = std::mt19937_64;
std::string random_text(Random& random);
/// A value of any shape that is coded specially, or nearly one.
Value random_value(Random& random);
RowChanges random_changes(Random& random);
/// The samples' kinds, content at random where it has lists, numbers or text.
std::vector<Event> random_events(Random& random);

}  // namespace tidemark::journal::test
