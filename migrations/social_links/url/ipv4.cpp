#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "migrations/social_links/text.h"
#include "migrations/social_links/url/ip_address.h"

namespace tidemark::migrations::social_links::url {
namespace {

constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 32;  ///< stands for every number that fits nowhere

/// The IPv4 number parser. "0x" alone is zero; at most kTooLarge.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int radix = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    radix = 8;
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_value(c);
    if (digit < 0 || digit >= radix) return std::nullopt;
    value = std::min(value * static_cast<std::uint64_t>(radix) + static_cast<std::uint64_t>(digit), kTooLarge);
  }
  return value;
}

std::string_view without_final_dot(std::string_view domain) {
  if (domain.size() > 1 && domain.ends_with('.')) domain.remove_suffix(1);
  return domain;
}

}  // namespace

bool ends_in_number(std::string_view domain) {
  domain = without_final_dot(domain);
  const std::string_view last = domain.substr(domain.rfind('.') + 1);  // npos + 1 is 0
  if (!last.empty() && std::all_of(last.begin(), last.end(), is_digit)) return true;
  return number(last).has_value();
}

bool is_ipv4(std::string_view domain) {
  domain = without_final_dot(domain);
  for (std::size_t part = 1; part <= 4; ++part) {
    const std::size_t dot = domain.find('.');
    const auto value = number(domain.substr(0, dot));
    if (!value) return false;
    if (dot == domain.npos) return *value < std::uint64_t{1} << (8 * (5 - part));
    if (*value > 255) return false;
    domain.remove_prefix(dot + 1);
  }
  return false;
}

}  // namespace tidemark::migrations::social_links::url
