#include "migrations/social_links/url/authority.h"

#include <algorithm>

#include "migrations/social_links/text.h"

namespace tidemark::migrations::social_links::url {

std::size_t scheme_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    if (c == ':') return length;
    const bool later = is_digit(c) || c == '+' || c == '.' || c == '-';
    if (!is_letter(c) && (length == 0 || !later)) return 0;
    ++length;
  }
  return 0;
}

Authority split(std::string_view url) {
  const auto or_end = [&](std::size_t at) { return std::min(at, url.size()); };
  const std::size_t begin = or_end(url.find_first_not_of("/\\", scheme_length(url) + 1));
  const std::size_t end = or_end(url.find_first_of("/\\?#", begin));

  std::string_view host = url.substr(begin, end - begin);
  std::size_t before = begin;
  if (const std::size_t at = host.rfind('@'); at != host.npos) {
    before += at + 1;
    host.remove_prefix(at + 1);
  }
  std::size_t colon = host.rfind(':');
  if (const std::size_t bracket = host.rfind(']'); colon == host.npos || (bracket != host.npos && colon < bracket))
    colon = host.size();
  return {url.substr(0, before), host.substr(0, colon), host.substr(colon), url.substr(end)};
}

}  // namespace tidemark::migrations::social_links::url
