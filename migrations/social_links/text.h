#pragma once
// What the rules call trim, lower-case and characters. ASCII only on purpose: U+00A0 is not trimmed, İ keeps its dot.

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::migrations::social_links {

constexpr bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// @return 0–15, or -1 if c is no hexadecimal digit
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/// Without U+0000–U+0020 at both ends; a view into text.
std::string_view trim(std::string_view text);

/// A copy with A–Z in lower case, every other byte as it is.
std::string lower(std::string_view text);

/// Unicode code points in UTF-8 text.
std::size_t characters(std::string_view text);

/// The bytes of the first `count` code points of UTF-8 text (all of it if it has fewer).
std::string_view first_characters(std::string_view text, std::size_t count);

/// Bytes (1–4) of the well-formed UTF-8 sequence that text begins with; 0 if there is none: an ill-formed byte,
/// an overlong form, a surrogate, above U+10FFFF, cut off, or text is empty. Source: Unicode, table 3-7.
std::size_t sequence_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace tidemark::migrations::social_links
