#pragma once
/// Small pieces that several verbs print.

#include <string>

#include "commands/json.h"
#include "commands/progress.h"
#include "commands/terminal.h"
#include "journal/reader.h"

namespace tidemark::commands {

/// {reason: n} of the counters that begin with `prefix` ("rejected.").
Json by_reason(const journal::Tally& tally, const std::string& prefix);
/// "duplicate 12, empty_url 3"; empty: none.
std::string by_reason_text(const journal::Tally& tally, const std::string& prefix);
std::int64_t count_of(const journal::Tally& tally, const std::string& name);
/// Prints one line on standard output; raw data must have gone through printable().
void line(const std::string& text);

}  // namespace tidemark::commands
