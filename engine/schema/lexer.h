#pragma once
/// SQL as PostgreSQL's scanner cuts it, as far as it takes to tell code from strings and comments.

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::engine::schema {

struct Token {
  enum class Kind {
    word,       ///< unquoted; text as PostgreSQL folds it: ASCII letters in lower case
    quoted,     ///< "…"; text without its quotes
    string,     ///< '…' in every form; text is the raw content
    dollar,     ///< $tag$…$tag$; text is the content
    symbol,     ///< one character of anything else: ; ( ) , . digits, operators
    backslash,  ///< outside of everything: psql's, PostgreSQL takes none
    end,
  };
  Kind kind = Kind::end;
  std::string text;
  int line = 1;  ///< of its first character
  std::size_t begin = 0, end = 0;  ///< bytes in the script
  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is(char symbol) const { return kind == Kind::symbol && text[0] == symbol; }
};

/// Reads one token after the other; comments (-- and nested /* */) and blanks are passed over. Whatever isn't closed reaches to
/// the end: PostgreSQL says so itself. A SET in the script doesn't change how the rest of it is read: PostgreSQL cuts it before it runs.
class Lexer {
 public:
  /// @param standard_strings  the connection's standard_conforming_strings: off, and a backslash escapes in '…' too
  explicit Lexer(std::string_view script, bool standard_strings = true) : in_(script), standard_strings_(standard_strings) {}
  Token next();
  std::size_t offset() const { return at_; }  ///< where the last token ended

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  void step(std::size_t count = 1);
  Token cut();
  bool skip_comment();
  bool continues();
  std::string quoted(char quote, bool backslashes);
  bool dollar_quoted(std::string& content);

  std::string_view in_;
  bool standard_strings_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace tidemark::engine::schema
