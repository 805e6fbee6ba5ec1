#include "migrations/social_links/label.h"

#include <cstddef>
#include <utility>

#include "migrations/social_links/mapping.h"
#include "migrations/social_links/text.h"

namespace tidemark::migrations::social_links {
namespace {

constexpr std::size_t kMaxCharacters = 40;

std::string host_label(std::string_view host) {
  std::string label = lower(host);
  if (label.starts_with("www.")) label.erase(0, 4);
  return label;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_run = false;
  for (const char c : text) {
    const bool control = is_control(static_cast<unsigned char>(c));
    if (!control) out += c;
    if (control && !in_run) out += ' ';
    in_run = control;
  }
  return std::string(trim(out));
}

std::string shorten(std::string text) {
  if (text.size() <= kMaxCharacters || characters(text) <= kMaxCharacters) return text;
  return std::string(first_characters(text, kMaxCharacters - 1)) + "…";
}

std::string choose_label(std::string_view own, const KnownKey* known, std::string_view key, std::string_view host) {
  std::string label = clean(own);
  if (label.empty()) label = known && !known->label.empty() ? known->label : clean(key);
  if (label.empty()) label = host_label(host);
  if (label.empty()) label = "Link";
  return shorten(std::move(label));
}

std::string choose_type(std::string_view own, const KnownKey* known) {
  if (!own.empty()) {
    std::string type = lower(trim(own));
    if (type == "website" || type == "imdb" || type == "showreel" || type == "other") return type;
  }
  return known ? known->type : "other";
}

}  // namespace tidemark::migrations::social_links
