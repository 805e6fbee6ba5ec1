#include "migrations/social_links/url/identity.h"

#include "migrations/social_links/text.h"
#include "migrations/social_links/url/authority.h"

namespace tidemark::migrations::social_links {

std::string identity(std::string_view text) {
  const std::string_view trimmed = trim(text);
  const std::string scheme = lower(trimmed.substr(0, url::scheme_length(trimmed)));
  if (scheme != "http" && scheme != "https") return std::string(trimmed);

  const url::Authority parts = url::split(trimmed);
  const std::string_view default_port = scheme == "http" ? ":80" : ":443";
  std::string out;
  out.reserve(trimmed.size() + 1);
  out += scheme;
  out += parts.before.substr(scheme.size());
  for (const char c : parts.host) out += lower(c);
  if (parts.port != ":" && parts.port != default_port) out += parts.port;
  if (parts.rest.empty() || parts.rest.front() == '?' || parts.rest.front() == '#') out += '/';
  out += parts.rest;
  return out;
}

}  // namespace tidemark::migrations::social_links
