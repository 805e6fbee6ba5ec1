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
  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is(char symbol) const { return kind == Kind::symbol && text[0] == symbol; }
};

/// Reads one token after the other; comments (-- and nested /* */) and blanks are passed over. Whatever isn't closed reaches to
/// the end: PostgreSQL says so itself. Strings are read under standard_conforming_strings=on, the default since 9.1.
class Lexer {
 public:
  explicit Lexer(std::string_view script) : in_(script) {}
  Token next();

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  void step(std::size_t count = 1);
  bool skip_comment();
  std::string quoted(char quote, bool backslashes);
  bool dollar_quoted(std::string& content);

  std::string_view in_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace tidemark::engine::schema
