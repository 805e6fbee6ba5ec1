#include "commands/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "commands/utf8.h"

namespace tidemark::commands {
namespace {

constexpr auto kAsItIs = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

template <class Number>
void number(Number value, std::string& out) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

}  // namespace

Json::Json() = default;
Json::Json(bool value) : value_(value) {}
Json::Json(int value) : value_(std::int64_t{value}) {}
Json::Json(unsigned value) : value_(std::uint64_t{value}) {}
Json::Json(std::int64_t value) : value_(value) {}
Json::Json(std::uint64_t value) : value_(value) {}
Json::Json(double value) : value_(value) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::array(std::vector<Json> elements) {
  Json json;
  json.value_ = std::move(elements);
  return json;
}
Json Json::object(std::vector<Member> members) {
  Json json;
  json.value_ = std::move(members);
  return json;
}

Json& Json::set(std::string key, Json value) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = std::vector<Member>{};
  std::get<std::vector<Member>>(value_).emplace_back(std::move(key), std::move(value));
  return *this;
}
Json& Json::push(Json value) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = std::vector<Json>{};
  std::get<std::vector<Json>>(value_).push_back(std::move(value));
  return *this;
}

void Json::quote(std::string_view text, std::string& out) {
  out += '"';
  char buffer[8];
  for (std::size_t i = 0; i < text.size();) {
    std::size_t plain = i;  // most text is nothing else: at once
    while (plain < text.size() && kAsItIs[static_cast<unsigned char>(text[plain])]) ++plain;
    if (plain > i) {
      out.append(text.data() + i, plain - i);
      i = plain;
      continue;
    }
    std::uint32_t c = 0;
    const std::size_t size = utf8_sequence(text, i, c);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      (out += '\\') += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (is_terminal_control(c) && c <= 0xFFFF) {
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
      out += buffer;
    } else {
      out += text.substr(i, size);
    }
    i += size;
  }
  out += '"';
}

void Json::write(std::string& out) const {
  if (std::holds_alternative<std::monostate>(value_)) {
    out += "null";
  } else if (const bool* truth = std::get_if<bool>(&value_)) {
    out += *truth ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
    number(*integer, out);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&value_)) {
    number(*natural, out);
  } else if (const double* real = std::get_if<double>(&value_)) {
    if (std::isfinite(*real)) number(*real, out); else out += "null";
  } else if (const auto* text = std::get_if<std::string>(&value_)) {
    quote(*text, out);
  } else if (const auto* elements = std::get_if<std::vector<Json>>(&value_)) {
    out += '[';
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (i > 0) out += ',';
      (*elements)[i].write(out);
    }
    out += ']';
  } else if (const auto* members = std::get_if<std::vector<Member>>(&value_)) {
    out += '{';
    for (std::size_t i = 0; i < members->size(); ++i) {
      if (i > 0) out += ',';
      quote((*members)[i].first, out);
      out += ':';
      (*members)[i].second.write(out);
    }
    out += '}';
  }
}

std::string Json::text() const {
  std::string out;
  write(out);
  return out;
}

void print(const Json& value) {
  const std::string line = value.text() + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace tidemark::commands
