#pragma once
/// Lengths of time as people type them.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::commands {

/// "2h", "1h30m", "15s", "100ms": whole numbers with h, m, s or ms, in this order. @return nullopt: it isn't one, or more than a year
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The same, as short as can be: "2h", "1m30s", "100ms".
std::string to_text(std::chrono::milliseconds duration);

}  // namespace tidemark::commands
