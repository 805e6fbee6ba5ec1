#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "migrations/social_links/label.h"
#include "migrations/social_links/mapping.h"

using namespace tidemark::migrations::social_links;
using namespace std::literals;

namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

}  // namespace

TEST_CASE("cleaning a label", "[social_links][label]") {
  CHECK(clean("a\n\r\tb") == "a b");
  CHECK(clean("a\n b\x7f\x1b[31m") == "a  b [31m");
  CHECK(clean(" \x01 a \0 "sv) == "a");
  CHECK(clean("\u00A0a\u0085") == "\u00A0a\u0085");  // neither trimmed nor control characters of the rules
  CHECK(clean("\n\t ") == "");
}

TEST_CASE("a label has at most 40 characters", "[social_links][label]") {
  for (const std::string_view character : {"a"sv, "é"sv, "…"sv, "🎬"sv}) {
    CAPTURE(character);
    CHECK(shorten(repeat(character, 40)) == repeat(character, 40));
    CHECK(shorten(repeat(character, 41)) == repeat(character, 39) + "…");
  }
}

TEST_CASE("the first label that isn't empty", "[social_links][label]") {
  const KnownKey imdb{"imdb", "IMDb Profile"}, unnamed{"imdb", ""}, wordy{"other", std::string(50, 'w')};
  CHECK(choose_label(" own ", &imdb, "imdb", "h.example") == "own");
  CHECK(choose_label("\n", &imdb, "imdb", "h.example") == "IMDb Profile");
  CHECK(choose_label("", &unnamed, " IMDB ", "h.example") == "IMDB");
  CHECK(choose_label("", nullptr, "k\ney", "h.example") == "k ey");
  CHECK(choose_label("", nullptr, "\t", "WWW.H.Example") == "h.example");
  CHECK(choose_label("", nullptr, "", "www.www.h") == "www.h");
  CHECK(choose_label("", nullptr, "", "wwwh.example") == "wwwh.example");
  CHECK(choose_label("", nullptr, "", "www.") == "Link");
  CHECK(choose_label("", &wordy, "w", "h") == std::string(39, 'w') + "…");
  CHECK(choose_label("", nullptr, "", "www." + std::string(41, 'h')) == std::string(39, 'h') + "…");
}

TEST_CASE("an own type counts only if it is one of the four", "[social_links][label]") {
  const KnownKey imdb{"imdb", "IMDb Profile"};
  CHECK(choose_type(" WebSite\n", &imdb) == "website");
  CHECK(choose_type("other", &imdb) == "other");
  CHECK(choose_type("linkedin", &imdb) == "imdb");
  CHECK(choose_type("", &imdb) == "imdb");
  CHECK(choose_type("\u00A0imdb", nullptr) == "other");
  CHECK(choose_type("showreel", nullptr) == "showreel");
}

TEST_CASE("a mapping's canonical text changes with each of its parts", "[social_links][label]") {
  const std::string standard = Mapping::standard().canonical();
  CHECK(standard.starts_with("social_links rules 1\n8:facebook 5:other 8:Facebook \n"));
  CHECK(standard == Mapping::standard().canonical());
  const auto changed = [&](auto change) {
    Mapping mapping = Mapping::standard();
    change(mapping.known_keys);
    return mapping.canonical() != standard;
  };
  CHECK(changed([](auto& keys) { keys["imdb"].label = "IMDb"; }));
  CHECK(changed([](auto& keys) { keys["imdb"].type = "other"; }));
  CHECK(changed([](auto& keys) { keys.erase("imdb"); }));
  CHECK(changed([](auto& keys) { keys["vimeo"] = {"showreel", "Vimeo"}; }));
  const Mapping one{{{"a", {"b", "c 1:d"}}}}, other{{{"a", {"b 1:c", "d"}}}};
  CHECK(one.canonical() != other.canonical());
}
