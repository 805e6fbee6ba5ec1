#pragma once

#include <string>
#include <string_view>

namespace tidemark::migrations::social_links {

/// What two URLs have in common when they count as the same link.
///
/// http and https: scheme and host in lower case, an empty port and the scheme's own (exactly 80, 443) dropped, a `/`
/// before a rest that is empty or begins with `?` or `#`; all else byte by byte. Any other text: itself, trimmed.
/// Never throws, whatever the text.
std::string identity(std::string_view url);

}  // namespace tidemark::migrations::social_links
