#pragma once
// Which label and type a link gets. Source: CONVERSION.md, "Type and label"

#include <string>
#include <string_view>

namespace tidemark::migrations::social_links {

struct KnownKey;

/// Runs of control characters become one space, then the ends are trimmed.
std::string clean(std::string_view text);

/// At most 40 characters: the text itself, or its first 39 and an ellipsis.
std::string shorten(std::string text);

/// The first of these that isn't empty, shortened: own label cleaned; the known key's label, or, if there is none,
/// the key cleaned; the host in lower case without a leading `www.`; "Link".
/// @param known  nullptr: the key isn't in the table
/// @param host   as written in the URL, any case
std::string choose_label(std::string_view own, const KnownKey* known, std::string_view key, std::string_view host);

/// own, if it is one of website, imdb, showreel, other (trimmed, any case); else the known key's; else "other".
std::string choose_type(std::string_view own, const KnownKey* known);

}  // namespace tidemark::migrations::social_links
