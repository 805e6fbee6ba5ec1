// The rules for one profile where the worked cases leave something open.

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "migrations/social_links/mapping.h"

using namespace tidemark::migrations::social_links;
using namespace std::literals;

namespace {

Result convert_with(std::optional<std::string_view> source, std::vector<Existing> existing, std::set<std::string> before = {}) {
  return convert(Mapping::standard(), source, false, existing, before);
}

/// "label=url@position … | key:reason …", or the reason it was skipped for in front.
std::string summary(const Result& result) {
  std::string out = result.outcome == Outcome::skipped ? result.reason + " " : "";
  for (const Link& link : result.links) out += link.label + "=" + link.url + "@" + std::to_string(link.position) + " ";
  for (const Rejected& entry : result.rejected) out += "|" + entry.key + ":" + entry.reason;
  return out;
}

std::string text_column(std::string_view text) { return summary(convert(Mapping::standard(), text, true, {}, {})); }
std::string json_column(std::string_view text) { return summary(convert(Mapping::standard(), text, false, {}, {})); }

}  // namespace

TEST_CASE("another profile's link exists, but has no say in positions", "[social_links]") {
  const std::string_view source = R"({"a":"https://a.example","bb":"https://b.example"})";
  CHECK(summary(convert_with(source, {{"https://A.example/", 70, false}})) == "bb=https://b.example@0 |a:exists");
  CHECK(summary(convert_with(source, {{"https://x.example/", 3, true}, {"https://a.example", 70, false}, {"x", 1, true}})) ==
        "bb=https://b.example@4 |a:exists");
  CHECK(summary(convert_with(source, {{"https://x.example/", -9, true}})) == "a=https://a.example@-8 bb=https://b.example@-7 ");
}

TEST_CASE("what was converted before and is gone stays gone", "[social_links]") {
  const std::string_view source = R"({"a":"https://a.example","bb":"https://A.example/","cc":"https://c.example"})";
  // Not an accepted URL: the second is rejected for the same reason, not as a duplicate.
  CHECK(summary(convert_with(source, {}, {"https://a.example/"})) == "cc=https://c.example@0 |a:converted_before|bb:converted_before");
  CHECK(summary(convert_with(source, {{"https://a.example", 0, true}}, {"https://a.example/"})) ==
        "cc=https://c.example@1 |a:exists|bb:duplicate");
  CHECK(summary(convert_with(R"(["https://a.example",""])", {}, {"https://a.example/"})) ==
        "no_valid_links |:converted_before|:empty_url");
}

TEST_CASE("more than twenty links of the profile is a warning", "[social_links]") {
  std::string source = "[";
  for (int i = 0; i < 20; ++i) source += (i ? ",\"https://a.example/" : "\"https://a.example/") + std::to_string(i) + "\"";
  const std::string twenty = source + "]", more = source + ",\"https://b.example\"]";
  CHECK_FALSE(convert_with(twenty, {}).over_api_limit);
  CHECK(convert_with(more, {}).over_api_limit);
  CHECK(convert_with(more, {}).links.size() == 21);
  CHECK(convert_with(twenty, {{"https://x.example", 0, true}}).over_api_limit);
  CHECK_FALSE(convert_with(twenty, {{"https://x.example", 0, false}}).over_api_limit);
  CHECK_FALSE(convert_with("[]", std::vector<Existing>(30, Existing{"https://x.example", 0, true})).over_api_limit);
}

TEST_CASE("a text column's text that isn't JSON is a JSON string", "[social_links]") {
  CHECK(text_column("") == "no_data ");
  CHECK(text_column(" \n\f ") == "no_data ");
  CHECK(text_column("null") == "no_data ");
  CHECK(text_column("hello") == "invalid_json ");
  CHECK(text_column(" https://a.example/x\n") == "a.example=https://a.example/x@0 ");
  CHECK(text_column("\"https://a.example\"") == "a.example=https://a.example@0 ");
  CHECK(text_column("a.example") == "invalid_json ");
  CHECK(text_column("{broken") == "invalid_json ");
  CHECK(text_column("\f{\"a\":\"https://a.example\"}\f") == "a=https://a.example@0 ");
  CHECK(text_column("https://a.example/\xFF") == "invalid_json ");
  CHECK(text_column("https://" + std::string(3000, 'a')) == "invalid_json ");
  CHECK(json_column("https://a.example") == "invalid_json ");
  CHECK(json_column("") == "invalid_json ");
}

TEST_CASE("JSON in a JSON string is read once, no deeper", "[social_links]") {
  CHECK(json_column(R"("  [\"https://a.example\"]\u0000")") == "a.example=https://a.example@0 ");
  CHECK(json_column(R"("\"https://a.example\"")") == "invalid_json ");
  CHECK(json_column(R"("[]")") == "no_data ");
  CHECK(json_column(R"("{} x")") == "invalid_json ");
  CHECK(json_column(R"("[\"[\\\"https://a.example\\\"]\"]")") == "no_valid_links |:invalid_url");
  CHECK(json_column(R"("7")") == "invalid_json ");
}

TEST_CASE("which values are links", "[social_links]") {
  CHECK(json_column(R"({"a":[]})") == "no_data ");
  CHECK(json_column(R"({"a":[null,""," "]})") == "no_data |a:empty_url|a:empty_url|a:empty_url");
  CHECK(json_column(R"([[]])") == "no_valid_links |:unsupported_value");
  CHECK(json_column(R"({"a":{"url":null}})") == "no_valid_links |a:unsupported_value");
  CHECK(json_column(R"({"a":{"url":""}})") == "no_data |a:empty_url");
  CHECK(json_column(R"({"a":{"URL":"https://a.example"}})") == "no_valid_links |a:unsupported_value");
  CHECK(json_column(R"({"a":{"url":["https://a.example"]}})") == "no_valid_links |a:unsupported_value");
  CHECK(json_column(R"({"a":1e999,"bb":"https://b.example"})") == "bb=https://b.example@0 |a:unsupported_value");
  CHECK(json_column(R"({"url":"https://a.example","label":7,"type":null})") == "a.example=https://a.example@0 ");
  CHECK(json_column(R"({"url":""})") == "no_data |:empty_url");
  CHECK(json_column(R"({"label":"https://a.example"})") == "label=https://a.example@0 ");
  CHECK(json_column(R"({"url":null,"label":"x"})") == "no_valid_links |url:empty_url|label:invalid_url");
  CHECK(json_column(R"({"url":["https://a.example"]})") == "url=https://a.example@0 ");
  CHECK(json_column(R"({"url":{"url":"https://a.example"}})") == "url=https://a.example@0 ");
}

TEST_CASE("NUL in keys and URLs", "[social_links]") {
  const Result result = convert_with(R"({"a\u0000b":"https://a.example\u0000","c\u0000":"https://a\u0000b"})", {});
  REQUIRE(result.links.size() == 1);
  CHECK(result.links[0].label == "a b");
  CHECK(result.links[0].url == "https://a.example");
  CHECK(result.rejected == std::vector<Rejected>{{"c\0"s, "invalid_url"}});
}

TEST_CASE("the configuration's own keys", "[social_links]") {
  Mapping mapping = Mapping::standard();
  mapping.known_keys["vimeo"] = {"showreel", "Vimeo"};
  const Result result = convert(mapping, R"({" VIMEO ":"https://vimeo.com/1"})", false, {}, {});
  REQUIRE(result.links.size() == 1);
  CHECK(result.links[0] == Link{"Vimeo", "https://vimeo.com/1", "showreel", 0, "https://vimeo.com/1"});
}
