#include "migrations/social_links/json_reader.h"

#include "migrations/social_links/text.h"

namespace tidemark::migrations::social_links {

JsonToken JsonReader::next() {
  skip_white_space();
  if (expect_ == Expect::separator) {
    if (at(objects_.back() ? '}' : ']')) return close();
    if (!at(',')) return fail();
    ++pos_;
    skip_white_space();
    expect_ = objects_.back() ? Expect::key : Expect::value;
  }
  switch (expect_) {
    case Expect::key_or_end: return at('}') ? close() : key();
    case Expect::key: return key();
    case Expect::value_or_end: return at(']') ? close() : value();
    case Expect::value: return value();
    case Expect::end: return pos_ == json_.size() ? JsonToken::end : fail();
    case Expect::separator:
    case Expect::nothing: break;
  }
  return JsonToken::error;
}

void JsonReader::skip(JsonToken first) {
  std::size_t depth = 0;
  for (JsonToken token = first;; token = next()) {
    if (token == JsonToken::error || token == JsonToken::end) return;
    if (token == JsonToken::begin_object || token == JsonToken::begin_array) ++depth;
    if (token == JsonToken::end_object || token == JsonToken::end_array) --depth;
    if (depth == 0) return;
  }
}

void JsonReader::skip_white_space() {
  while (at(' ') || at('\n') || at('\t') || at('\r')) ++pos_;
}

JsonToken JsonReader::fail() {
  expect_ = Expect::nothing;
  return JsonToken::error;
}

JsonToken JsonReader::open(bool object) {
  ++pos_;
  objects_.push_back(object);
  expect_ = object ? Expect::key_or_end : Expect::value_or_end;
  return object ? JsonToken::begin_object : JsonToken::begin_array;
}

JsonToken JsonReader::close() {
  ++pos_;
  const bool object = objects_.back();
  objects_.pop_back();
  return after_value(object ? JsonToken::end_object : JsonToken::end_array);
}

JsonToken JsonReader::after_value(JsonToken token) {
  expect_ = objects_.empty() ? Expect::end : Expect::separator;
  return token;
}

JsonToken JsonReader::key() {
  if (!at('"') || !string()) return fail();
  skip_white_space();
  if (!at(':')) return fail();
  ++pos_;
  expect_ = Expect::value;
  return JsonToken::key;
}

JsonToken JsonReader::value() {
  if (pos_ == json_.size()) return fail();
  switch (json_[pos_]) {
    case '{': return open(true);
    case '[': return open(false);
    case '"': return string() ? after_value(JsonToken::string) : fail();
    case 'n': return literal("null") ? after_value(JsonToken::null) : fail();
    case 't': return literal("true") ? after_value(JsonToken::scalar) : fail();
    case 'f': return literal("false") ? after_value(JsonToken::scalar) : fail();
    default: return number() ? after_value(JsonToken::scalar) : fail();
  }
}

bool JsonReader::literal(std::string_view word) {
  if (json_.substr(pos_, word.size()) != word) return false;
  pos_ += word.size();
  return true;
}

/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool JsonReader::number() {
  const auto digits = [this] {
    const std::size_t from = pos_;
    while (pos_ < json_.size() && is_digit(json_[pos_])) ++pos_;
    return pos_ > from;
  };
  if (at('-')) ++pos_;
  if (at('0'))
    ++pos_;
  else if (!digits())
    return false;
  if (at('.')) {
    ++pos_;
    if (!digits()) return false;
  }
  if (at('e') || at('E')) {
    ++pos_;
    if (at('+') || at('-')) ++pos_;
    if (!digits()) return false;
  }
  return true;
}

}  // namespace tidemark::migrations::social_links
