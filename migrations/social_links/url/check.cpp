#include "migrations/social_links/url/check.h"

#include <algorithm>
#include <cstddef>

#include "migrations/social_links/text.h"
#include "migrations/social_links/url/authority.h"
#include "migrations/social_links/url/host.h"

namespace tidemark::migrations::social_links::url {
namespace {

constexpr std::size_t kMaxCharacters = 2048;

/// `^(//)?[^:/?# ]+\.[^:/?# ]+(:[0-9]+)?([/?#]|$)`: a web address whose writer left out the scheme.
bool looks_like_host(std::string_view text) {
  if (text.starts_with("//")) text.remove_prefix(2);
  const std::size_t end = std::min(text.find_first_of(":/?# "), text.size());
  const std::string_view host = text.substr(0, end);
  if (host.size() < 3 || host.substr(1, host.size() - 2).find('.') == host.npos) return false;
  text.remove_prefix(end);
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  return text.empty() || text.front() == '/' || text.front() == '?' || text.front() == '#';
}

/// @param port  empty, or from its `:` on; leading zeros are allowed
bool is_port(std::string_view port) {
  unsigned value = 0;
  for (const char c : port.substr(std::min<std::size_t>(port.size(), 1))) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return true;
}

}  // namespace

std::string_view rejection(std::string_view trimmed) {
  if (trimmed.empty()) return "empty_url";
  if (std::any_of(trimmed.begin(), trimmed.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); }))
    return "invalid_url";
  const std::string scheme = lower(trimmed.substr(0, scheme_length(trimmed)));
  if (scheme.empty() || scheme.find('.') != scheme.npos) return looks_like_host(trimmed) ? "missing_scheme" : "invalid_url";
  if (scheme != "http" && scheme != "https") return "unsupported_scheme";
  if (trimmed.substr(scheme.size() + 1, 2) != "//") return "invalid_url";
  // For these schemes the standard's parser can fail in the authority only: user information, path, query and
  // fragment take any character.
  const Authority parts = split(trimmed);
  if (!is_host(parts.host) || !is_port(parts.port)) return "invalid_url";
  return characters(trimmed) > kMaxCharacters ? "url_too_long" : "";
}

}  // namespace tidemark::migrations::social_links::url
