// The worked cases of the rules, one by one: tests/golden/social_links_cases.json.

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "migrations/social_links/mapping.h"

using namespace tidemark::migrations::social_links;
using nlohmann::json;

namespace {

json cases() {
  std::ifstream file(TIDEMARK_SOURCE_DIR "/tests/golden/social_links_cases.json");
  return json::parse(file);
}

std::string text_or_empty(const json& value) { return value.is_null() ? "" : value.get<std::string>(); }

std::vector<Existing> existing_of(const json& test) {
  std::vector<Existing> existing;
  for (const json& row : test["existing"]) existing.push_back({row["url"], row["position"], true});
  return existing;
}

/// The result in the cases' own form.
json as_json(const Result& result) {
  json links = json::array(), rejected = json::array();
  for (const Link& link : result.links)
    links.push_back({{"label", link.label}, {"url", link.url}, {"type", link.type}, {"position", link.position}});
  for (const Rejected& entry : result.rejected) rejected.push_back({{"key", entry.key}, {"reason", entry.reason}});
  return {{"outcome", result.outcome == Outcome::converted ? "converted" : "skipped"},
          {"reason", result.reason.empty() ? json(nullptr) : json(result.reason)},
          {"links", links},
          {"rejected", rejected}};
}

Result convert_case(const json& test, bool text_column) {
  const std::string source = text_or_empty(test["socialLinks"]);
  return convert(Mapping::standard(), test["socialLinks"].is_null() ? std::nullopt : std::optional<std::string_view>(source),
                 text_column, existing_of(test), {});
}

}  // namespace

TEST_CASE("every worked case of the rules", "[social_links]") {
  const json all = cases();
  REQUIRE(all.size() == 74);
  for (const json& test : all) {
    INFO(test["name"].get<std::string>());
    // All of these are JSON, so the column's type makes no difference.
    CHECK(as_json(convert_case(test, false)) == test["expect"]);
    CHECK(as_json(convert_case(test, true)) == test["expect"]);
  }
}

TEST_CASE("a converted profile converted again creates nothing", "[social_links]") {
  for (const json& test : cases()) {
    const Result first = convert_case(test, false);
    if (first.links.empty()) continue;
    INFO(test["name"].get<std::string>());
    std::vector<Existing> existing = existing_of(test);
    for (const Link& link : first.links) existing.push_back({link.url, link.position, true});
    const Result second = convert(Mapping::standard(), test["socialLinks"].get<std::string>(), false, existing, {});
    CHECK(second.outcome == Outcome::skipped);
    CHECK(second.reason == "already_present");
    CHECK(second.rejected.size() == first.links.size() + first.rejected.size());
  }
}
