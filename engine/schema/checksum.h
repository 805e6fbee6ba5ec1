#pragma once
/// A script's text and checksum as Prisma computes them. Source: FACTS.md, "Prisma 7's _prisma_migrations".

#include <string>
#include <string_view>

namespace tidemark::engine::schema {

/// The bytes read as UTF-8, each invalid sequence replaced by U+FFFD (a maximal subpart each, as the WHATWG decoder does).
/// A byte order mark stays.
std::string text_of(std::string_view bytes);

/// SHA-256 of the text, 64 lower-case hex digits. Line ends are not normalised.
std::string checksum(std::string_view text);

/// Is `stored` a checksum of this text: as it is, with CRLF→LF, or with LF→CRLF? A stored value that isn't 64 long is of
/// Prisma's old form, in which a byte below 16 has one digit.
bool checksum_matches(std::string_view text, std::string_view stored);

}  // namespace tidemark::engine::schema
