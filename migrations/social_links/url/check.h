#pragma once

#include <string_view>

namespace tidemark::migrations::social_links::url {

/// The rules' tests of one URL, in their order.
/// @param trimmed  well-formed UTF-8 without U+0000–U+0020 at its ends
/// @return         empty if acceptable; else empty_url, invalid_url, missing_scheme, unsupported_scheme or url_too_long
/// Source: CONVERSION.md, "URL"; valid means that the WHATWG URL Standard's basic URL parser does not fail.
[[nodiscard]] std::string_view rejection(std::string_view trimmed);

}  // namespace tidemark::migrations::social_links::url
