#pragma once
/// Passwords stay out of everything that is printed, logged or recorded.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::commands {

/// A part of a text, in bytes.
struct Span {
  std::size_t from = 0, size = 0;
  bool operator==(const Span&) const = default;
};

/// Where passwords stand in any text: in URLs (user:HERE@host), after `password=` (also sslpassword=, PGPASSWORD=, in a URL's query,
/// quoted or not) and `PASSWORD '…'`. Rather hides too much: in a postgresql:// URL up to the last @ of the word, since people forget
/// to encode. In order, not overlapping.
/// @param whole  the text is one argument: a URL in it ends with the text, not at white space
std::vector<Span> password_spans(std::string_view text, bool whole = false);

/// The text with `***` for each of these passwords; the word PASSWORD in such a place is a placeholder and stays.
std::string redact(std::string_view text);

/// redact(), and secrets known exactly. Filled before threads start, then only read.
class Redactor {
 public:
  /// Replaced wherever it stands; one shorter than six bytes only as a whole word. Empty: ignored.
  void add(std::string secret);
  std::string operator()(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  ///< longest first
};

}  // namespace tidemark::commands
