#include "commands/redact.h"

#include <algorithm>
#include <cctype>

namespace tidemark::commands {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kPlaceholder = "PASSWORD";  // of our own advice: postgresql://USER:PASSWORD@HOST

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool matches(std::string_view text, std::size_t at, std::string_view word) {
  if (text.size() - at < word.size()) return false;
  return std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at), [](char a, char b) { return a == lower(b); });
}

/// The password of a URL whose "://" stands at `at`. Size 0: none.
Span url_password(std::string_view text, std::size_t at, bool whole) {
  std::size_t scheme = at;
  while (scheme > 0 && (is_word(text[scheme - 1]) || text[scheme - 1] == '+' || text[scheme - 1] == '.' || text[scheme - 1] == '-')) --scheme;
  const bool postgres = matches(text, scheme, "postgres") || matches(text, scheme, "prisma");
  const std::size_t from = at + 3;
  std::size_t end = text.size();
  if (!whole || scheme != 0) {
    const std::string_view stops = postgres ? " \t\n\r\v\f\"'<>`" : " \t\n\r\v\f\"'<>`/?#";
    end = std::min(end, text.find_first_of(stops, from));
  }
  const std::size_t colon = text.find(':', from);
  const std::size_t host = text.substr(0, end).rfind('@');
  if (colon == std::string_view::npos || host == std::string_view::npos || host <= colon) return {};
  if (text.substr(from, colon - from).find_first_of("/?#@") != std::string_view::npos) return {};
  return {colon + 1, host - colon - 1};
}

/// The value after `password` that ends at `at`. Size 0: none.
Span keyword_value(std::string_view text, std::size_t begin, std::size_t at) {
  std::size_t p = at;
  const auto skip = [&] { while (p < text.size() && is_space(text[p])) ++p; };
  skip();
  const bool equals = p < text.size() && text[p] == '=';
  if (equals) {
    ++p;
    skip();
  }
  if (p >= text.size()) return {};
  if (text[p] == '\'') {
    const std::size_t from = ++p;
    while (p < text.size() && text[p] != '\'') p += text[p] == '\\' && p + 1 < text.size() ? 2 : 1;
    return {from, std::min(p, text.size()) - from};
  }
  if (!equals) return {};
  std::size_t name = begin;
  while (name > 0 && is_word(text[name - 1])) --name;
  const bool query = name > 0 && (text[name - 1] == '?' || text[name - 1] == '&');
  const std::size_t from = p;
  while (p < text.size() && !is_space(text[p]) && !(query && (text[p] == '&' || text[p] == '#'))) p += !query && text[p] == '\\' ? 2 : 1;
  return {from, std::min(p, text.size()) - from};
}

}  // namespace

std::vector<Span> password_spans(std::string_view text, bool whole) {
  std::vector<Span> spans;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    Span span;
    if (text.substr(i, 3) == "://") {
      span = url_password(text, i, whole);
    } else if (matches(text, i, "password")) {
      span = keyword_value(text, i, i + 8);
    } else if (matches(text, i, "passwd")) {
      span = keyword_value(text, i, i + 6);
    }
    if (span.size == 0) continue;
    spans.push_back(span);
    done = span.from + span.size;
    i = done - 1;
  }
  return spans;
}

std::string redact(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (const Span& span : password_spans(text)) {
    if (text.substr(span.from, span.size) == kPlaceholder) continue;
    out.append(text.substr(done, span.from - done)).append(kMask);
    done = span.from + span.size;
  }
  return out.append(text.substr(done));
}

void Redactor::add(std::string secret) {
  if (secret.empty() || std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  secrets_.push_back(std::move(secret));
  std::stable_sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redactor::operator()(std::string_view text) const {
  std::string out = redact(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      const std::size_t end = at + secret.size();
      const bool inside = (at > 0 && is_word(out[at - 1])) || (end < out.size() && is_word(out[end]));
      if (secret.size() < 6 && inside) {
        ++at;
        continue;
      }
      out.replace(at, secret.size(), kMask);
      at += kMask.size();
    }
  }
  return out;
}

}  // namespace tidemark::commands
