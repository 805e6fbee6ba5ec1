#pragma once
/// "Did you mean": the nearest of some known words.

#include <span>
#include <string>
#include <string_view>

namespace tidemark::commands {

/// The known word with the fewest edits (insert, delete, replace, swap neighbours) from `word`. @return empty if none is near
std::string nearest(std::string_view word, std::span<const std::string> known);

}  // namespace tidemark::commands
