#include "commands/duration.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace tidemark::commands {
namespace {

struct Unit { std::string_view name; std::int64_t ms; };
constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t kMost = std::int64_t{366} * 24 * 3'600'000;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t next = 0;  // units come from the greatest to the least, each once
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789-+ "));
    std::size_t unit = next;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size() || number > kMost / kUnits[unit].ms) return std::nullopt;
    total += number * kUnits[unit].ms;
    if (total > kMost) return std::nullopt;
    next = unit + 1;
    text.remove_prefix(name.size());
  }
  return std::chrono::milliseconds(total);
}

std::string to_text(std::chrono::milliseconds duration) {
  std::string text;
  auto rest = duration.count();
  for (const auto& unit : kUnits) {
    if (rest < unit.ms) continue;
    text += std::to_string(rest / unit.ms) + std::string(unit.name);
    rest %= unit.ms;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace tidemark::commands
