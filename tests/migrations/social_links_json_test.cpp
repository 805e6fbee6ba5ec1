// The reader of the stored JSON: what it takes, what it gives, and what hostile text can't do to it.

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "migrations/social_links/entries.h"
#include "migrations/social_links/mapping.h"

using namespace tidemark::migrations::social_links;
using namespace std::literals;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

Result convert_json(std::string_view source) { return convert(Mapping::standard(), source, false, {}, {}); }

std::string string_of(std::string_view json) {
  const auto source = read_source(json);
  REQUIRE(source);
  REQUIRE(source->shape == SourceJson::Shape::string);
  return std::string(source->string);
}

}  // namespace

TEST_CASE("what is JSON", "[social_links][json]") {
  for (const std::string_view json :
       {"null"sv, "true"sv, " false "sv, "0"sv, "-0"sv, "1e999"sv, "-1E+9"sv, "0.5e-1"sv, "\"\""sv, "[]"sv, "{}"sv, "\t\r\n [ ]"sv,
        "[1,[2,{\"a\":[]}]]"sv, "{\"a\":1,\"a\":{\"b\":null}}"sv, "{\"\":\"\"}"sv, "\"\x7f\u0080\U0010FFFF\""sv}) {
    CAPTURE(json);
    CHECK(read_source(json));
  }
  CHECK(read_source(repeat("9", 100000)));
}

TEST_CASE("what isn't", "[social_links][json]") {
  for (const std::string_view json :
       {""sv, " "sv, "nul"sv, "True"sv, "NaN"sv, "Infinity"sv, "+1"sv, "01"sv, "-"sv, "1."sv, ".5"sv, "1e"sv, "1e+"sv, "0x1"sv, "'a'"sv, "\""sv,
        "\"a"sv, "\"\\\""sv, "\"\\x\""sv, "\"\\u12\""sv, "\"\\u12g4\""sv, "\"a\nb\""sv, "\"a\0b\""sv, "["sv, "]"sv, "[1"sv, "[1,"sv, "[1,]"sv, "[,1]"sv,
        "[1 2]"sv, "[1}"sv, "{1:2}"sv, "{\"a\"}"sv, "{\"a\":}"sv, "{\"a\" 1}"sv, "{\"a\":1,}"sv, "{,}"sv, "{\"a\":1]"sv, "{\"a\":1"sv, "{a:1}"sv,
        "[] []"sv, "1 2"sv, "[]x"sv, "null\0"sv, "\xEF\xBB\xBF[]"sv, "\v[]"sv, "/**/1"sv,
        // no Unicode text: ill-formed, overlong, surrogates, too large
        "\"\xFF\""sv, "\"\xC3\""sv, "\"\xC0\x80\""sv, "\"\xE0\x80\x80\""sv, "\"\xED\xA0\x80\""sv, "\"\xF4\x90\x80\x80\""sv, "\"\x80\""sv,
        "\"\\ud800\""sv, "\"\\udc00\""sv, "\"\\ud800\\ud800\""sv, "\"\\ud83d \\ude00\""sv, "\"\\ud83d\\u0041\""sv, "\"\\ud83d\\n\""sv}) {
    CAPTURE(json);
    CHECK_FALSE(read_source(json));
    CHECK_FALSE(read_source("[" + std::string(json) + ",1"));
    CHECK(convert_json(json).reason == "invalid_json");
  }
}

TEST_CASE("escapes", "[social_links][json]") {
  CHECK(string_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(string_of(R"("a\u0041b\u00e9\u20AC\ud83d\ude00z")") == "aAbé€😀z");
  CHECK(string_of(R"("\u0000")") == "\0"sv);
  CHECK(string_of(R"("\uD7FF\uE000\uFFFF\uDBFF\uDFFF")") == "\uD7FF\uE000\uFFFF\U0010FFFF");
  const auto source = read_source(R"({"\u0061":"\u0062","c":["\u0064","e"]})");
  REQUIRE(source);
  REQUIRE(source->entries.size() == 3);
  CHECK(source->entries[0].key == "a");
  CHECK(source->entries[0].url == "b");
  CHECK(source->entries[1].url == "d");
  CHECK(source->entries[2].key == "c");
}

TEST_CASE("a repeated key has its last value at its first place", "[social_links][json]") {
  const auto urls = [](std::string_view json) {
    std::string out;
    const auto source = read_source(json);
    REQUIRE(source);
    for (const Entry& entry : source->entries) out += std::string(entry.key) + "=" + (entry.supported ? std::string(entry.url) : "?") + " ";
    return out;
  };
  CHECK(urls(R"({"b":"1","a":"2","b":"3"})") == "b=3 a=2 ");
  CHECK(urls(R"({"b":["1","2"],"a":"3","b":["4","5","6"],"a":7})") == "b=4 b=5 b=6 a=? ");
  CHECK(urls(R"({"b":"1","a":"2","b":[]})") == "a=2 ");
  CHECK(urls(R"({"a":"1","\u0061":"2"})") == "a=2 ");
  CHECK(urls(R"({"url":7,"url":"1"})") == "=1 ");
  CHECK(urls(R"({"url":"1","url":7})") == "url=? ");
  CHECK(urls(R"({"x":{"url":"1","url":"2"},"y":{"url":"1","url":null}})") == "x=2 y=? ");
  CHECK(urls(R"([{"url":"1","label":"a","label":7}])") == "=1 ");
}

TEST_CASE("nesting costs no stack", "[social_links][json]") {
  const std::size_t depth = 1'000'000;
  CHECK(convert_json(repeat("[", depth)).reason == "invalid_json");
  CHECK(convert_json(repeat("{\"a\":", depth)).reason == "invalid_json");
  const Result arrays = convert_json(repeat("[", depth) + repeat("]", depth));
  CHECK(arrays.reason == "no_valid_links");
  CHECK(arrays.rejected == std::vector<Rejected>{{"", "unsupported_value"}});
  const Result objects = convert_json("{\"x\":\"https://a.example\",\"b\":" + repeat("{\"url\":", depth) + "1" + repeat("}", depth + 1));
  CHECK(objects.links.size() == 1);
  CHECK(objects.rejected == std::vector<Rejected>{{"b", "unsupported_value"}});
  CHECK(convert_json("\"" + repeat("[", depth) + "\"").reason == "invalid_json");
}

// Quadratic work would need hours here, not the second it takes.
TEST_CASE("many keys", "[social_links][json]") {
  const std::size_t count = 300'000;
  SECTION("all different") {
    std::string json = "{";
    for (std::size_t i = 0; i < count; ++i) json += "\"" + std::to_string(i) + "\":1,";
    const Result result = convert_json(json + "\"last\":\"https://a.example\"}");
    CHECK(result.rejected.size() == count);
    CHECK(result.rejected.front().key == "0");
    CHECK(result.links.size() == 1);
  }
  SECTION("all the same") {
    const Result result = convert_json("{" + repeat("\"a\":1,", count) + "\"a\":\"https://a.example\"}");
    CHECK(result.rejected.empty());
    CHECK(result.links.size() == 1);
  }
  SECTION("as many links") {
    std::string json = "[";
    for (std::size_t i = 0; i < count; ++i) json += "\"http://a/" + std::to_string(i) + "\",";
    const Result result = convert_json(json + "\"http://a/0\"]");
    REQUIRE(result.links.size() == count);
    CHECK(result.links.back().position == static_cast<std::int64_t>(count) - 1);
    CHECK(result.rejected == std::vector<Rejected>{{"", "duplicate"}});
  }
}

TEST_CASE("hosts that would keep ICU busy", "[social_links][json]") {
  const std::string marks = "[\"http://a" + repeat("\u0301\u0316", 500'000) + "/\"]";  // reordered in quadratic time
  CHECK(convert_json(marks).rejected == std::vector<Rejected>{{"", "invalid_url"}});
  CHECK(convert_json("[\"http://xn--" + repeat("a", 1'000'000) + "/\"]").reason == "no_valid_links");
  CHECK(convert_json("[\"http://" + repeat("%C3%BC", 150'000) + "/\"]").reason == "no_valid_links");
}
