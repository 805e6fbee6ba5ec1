#pragma once

#include <string_view>

namespace tidemark::migrations::social_links::url {

/// The standard's "ends in a number" checker: the last label (before one final dot) is decimal digits or 0x….
/// Such a domain is an IPv4 address or invalid.
bool ends_in_number(std::string_view domain);

/// The IPv4 parser: one to four numbers, decimal, octal (0…) or hexadecimal (0x…), the last one filling the rest.
bool is_ipv4(std::string_view domain);

/// The IPv6 parser. @param address  without the brackets
bool is_ipv6(std::string_view address);

}  // namespace tidemark::migrations::social_links::url
