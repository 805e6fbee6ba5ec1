#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemark::commands {

/// Length of the well-formed UTF-8 sequence at `at` (no surrogates, no overlong forms) and its code point; 0 if there is none.
std::size_t utf8_sequence(std::string_view text, std::size_t at, std::uint32_t& point);
/// Moves the cursor, colours, reorders or hides: C0, DEL, C1, bidirectional and separator controls, tags. Not for a terminal.
bool is_terminal_control(std::uint32_t point);

}  // namespace tidemark::commands
