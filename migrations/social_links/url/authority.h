#pragma once
// Where the host of an http or https URL stands: for identities, host labels and the check.

#include <cstddef>
#include <string_view>

namespace tidemark::migrations::social_links::url {

/// A URL cut into consecutive pieces: before + host + port + rest is the text itself.
struct Authority {
  std::string_view before;  ///< scheme, `:`, all `/` and `\` after it, user information with its last `@`
  std::string_view host;    ///< as written, brackets included; may be empty
  std::string_view port;    ///< empty, or from its `:` on (":", ":80", ":x")
  std::string_view rest;    ///< from the first `/`, `\`, `?` or `#` after the authority on
};

/// Length of `^[A-Za-z][A-Za-z0-9+.-]*` if a `:` follows it; else 0.
std::size_t scheme_length(std::string_view text);

/// @param url  trimmed, with a scheme; need not be valid
Authority split(std::string_view url);

}  // namespace tidemark::migrations::social_links::url
