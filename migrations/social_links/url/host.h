#pragma once

#include <string_view>

namespace tidemark::migrations::social_links::url {

/// Whether the WHATWG URL Standard's host parser takes this text as the host of a special URL: a domain after
/// percent-decoding and IDNA, an IPv4 number, or an IPv6 address in brackets.  Source: url.spec.whatwg.org, "host parser"
/// Stricter in one point: a host over 8192 bytes that needs IDNA is refused (its URL would be too long anyway).
bool is_host(std::string_view host);

}  // namespace tidemark::migrations::social_links::url
