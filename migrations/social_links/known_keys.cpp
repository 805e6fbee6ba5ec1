#include <string_view>

#include "migrations/social_links/mapping.h"

namespace tidemark::migrations::social_links {
namespace {

/// Raise it with every change of the rules that could change a result: a run is not resumed under other rules.
constexpr int kRulesVersion = 1;

/// With its length in front, so that no choice of keys and labels can look like another table.
void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
  out += ' ';
}

}  // namespace

Mapping Mapping::standard() {
  return {{
      {"website", {"website", "Website"}},
      {"imdb", {"imdb", "IMDb Profile"}},
      {"showreel", {"showreel", "Showreel"}},
      {"linkedin", {"other", "LinkedIn"}},
      {"instagram", {"other", "Instagram"}},
      {"twitter", {"other", "Twitter"}},
      {"facebook", {"other", "Facebook"}},
      {"youtube", {"other", "YouTube"}},
  }};
}

std::string Mapping::canonical() const {
  std::string out = "social_links rules " + std::to_string(kRulesVersion) + "\n";
  for (const auto& [key, known] : known_keys) {
    append_field(out, key);
    append_field(out, known.type);
    append_field(out, known.label);
    out += '\n';
  }
  return out;
}

}  // namespace tidemark::migrations::social_links
