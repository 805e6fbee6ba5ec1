#include <cstddef>

#include "migrations/social_links/text.h"
#include "migrations/social_links/url/ip_address.h"

namespace tidemark::migrations::social_links::url {
namespace {

/// The dotted decimal end of an IPv6 address: exactly four of 0–255 without leading zeros.
bool is_dotted_decimal(std::string_view text) {
  for (int part = 1; part <= 4; ++part) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && is_digit(text[digits])) {
      if (digits > 0 && value == 0) return false;
      value = value * 10 + (text[digits++] - '0');
      if (value > 255) return false;
    }
    if (digits == 0) return false;
    text.remove_prefix(digits);
    if (part == 4) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  return false;
}

}  // namespace

bool is_ipv6(std::string_view text) {
  int pieces = 0;
  bool compressed = false;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return false;
    text.remove_prefix(2);
    compressed = true;
  }
  while (!text.empty()) {
    if (pieces == 8) return false;
    if (text.front() == ':') {  // the second of two: the first was taken with the piece before it
      if (compressed) return false;
      compressed = true;
      text.remove_prefix(1);
      continue;
    }
    std::size_t digits = 0;
    while (digits < 4 && digits < text.size() && hex_value(text[digits]) >= 0) ++digits;
    if (digits < text.size() && text[digits] == '.') {
      if (pieces > 6 || !is_dotted_decimal(text)) return false;
      pieces += 2;
      break;
    }
    if (digits == 0) return false;
    ++pieces;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return false;
    text.remove_prefix(1);
  }
  return compressed ? pieces < 8 : pieces == 8;
}

}  // namespace tidemark::migrations::social_links::url
