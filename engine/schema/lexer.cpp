#include "engine/schema/lexer.h"

namespace tidemark::engine::schema {
namespace {

bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

void Lexer::step(std::size_t count) {
  for (; count > 0 && at_ < in_.size(); --count) {
    if (in_[at_++] == '\n') ++line_;
  }
}

bool Lexer::skip_comment() {
  if (peek() == '-' && peek(1) == '-') {
    while (at_ < in_.size() && peek() != '\n' && peek() != '\r') step();
    return true;
  }
  if (peek() != '/' || peek(1) != '*') return false;
  int depth = 0;
  do {
    if (peek() == '/' && peek(1) == '*') {
      ++depth;
      step(2);
    } else if (peek() == '*' && peek(1) == '/') {
      --depth;
      step(2);
    } else {
      step();
    }
  } while (depth > 0 && at_ < in_.size());
  return true;
}

/// A string goes on, in its own form, behind blanks with a line feed among them (and -- comments): then up to the next opening quote.
bool Lexer::continues() {
  bool line_feed = false;
  std::size_t at = at_;
  for (; at < in_.size(); ++at) {
    if (in_[at] == '-' && at + 1 < in_.size() && in_[at + 1] == '-') {
      while (at < in_.size() && in_[at] != '\n' && in_[at] != '\r') ++at;
      if (at == in_.size()) return false;
    }
    if (!blank(in_[at])) break;
    if (in_[at] == '\n' || in_[at] == '\r') line_feed = true;
  }
  if (!line_feed || at >= in_.size() || in_[at] != '\'') return false;
  step(at - at_);
  return true;
}

/// From the opening quote to behind the closing one. A doubled quote is one.
std::string Lexer::quoted(char quote, bool backslashes) {
  std::string content;
  step();
  while (at_ < in_.size()) {
    if (backslashes && peek() == '\\') {
      content += peek();
      step();
    } else if (peek() == quote) {
      if (peek(1) != quote) {
        step();
        if (quote != '\'' || !continues()) return content;
        step();
        continue;
      }
      step();
    }
    content += peek();
    step();
  }
  return content;
}

bool Lexer::dollar_quoted(std::string& content) {
  std::size_t tag = 1;  // length of $tag, without the second $
  if (starts_word(peek(1))) {
    while (starts_word(peek(tag)) || digit(peek(tag))) ++tag;
  }
  if (peek() != '$' || peek(tag) != '$') return false;
  const auto delimiter = in_.substr(at_, tag + 1);
  step(delimiter.size());
  const auto end = in_.find(delimiter, at_);
  content = in_.substr(at_, end == std::string_view::npos ? end : end - at_);
  step(content.size() + delimiter.size());
  return true;
}

Token Lexer::next() {
  while (at_ < in_.size() && (blank(peek()) || skip_comment())) {
    if (blank(peek())) step();
  }
  const auto begin = at_;
  Token token = cut();
  token.begin = begin;
  token.end = at_;
  return token;
}

Token Lexer::cut() {
  Token token;
  token.line = line_;
  if (at_ >= in_.size()) return token;
  const char c = peek(), prefix = lower(c);
  using Kind = Token::Kind;
  if (c == '\'') {
    token.kind = Kind::string;
    token.text = quoted('\'', !standard_strings_);
  } else if ((prefix == 'e' || prefix == 'b' || prefix == 'x' || prefix == 'n') && peek(1) == '\'') {
    step();
    token.kind = Kind::string;
    token.text = quoted('\'', prefix == 'e' || (prefix == 'n' && !standard_strings_));
  } else if (prefix == 'u' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
    step(2);
    token.kind = peek() == '"' ? Kind::quoted : Kind::string;
    token.text = quoted(peek(), false);
  } else if (c == '"') {
    token.kind = Kind::quoted;
    token.text = quoted('"', false);
  } else if (starts_word(c)) {
    token.kind = Kind::word;
    for (; starts_word(peek()) || digit(peek()) || peek() == '$'; step()) token.text += lower(peek());
  } else if (dollar_quoted(token.text)) {
    token.kind = Kind::dollar;
  } else {
    token.kind = c == '\\' ? Kind::backslash : Kind::symbol;
    token.text = c;
    step();
  }
  return token;
}

}  // namespace tidemark::engine::schema
