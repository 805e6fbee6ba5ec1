#include "commands/json.h"

#include <catch2/catch.hpp>

#include <limits>

using tidemark::commands::Json;

TEST_CASE("JSON keeps the order of keys and prints one safe line") {
  Json rows;
  rows.push(1).push(-2).push(std::uint64_t{18446744073709551615u}).push(0.5).push(nullptr == nullptr).push(Json());
  Json value = Json::object({{"z", "a\"\\\n\t\x1b\xc2\x9b\xe2\x80\xae\xff\xc3\xa9"}, {"a", rows}});
  value.set("empty", Json::array()).set("none", Json::object()).set("nan", std::numeric_limits<double>::quiet_NaN());
  CHECK(value.text() == R"({"z":"a\"\\\n\t\u001b\u009b\u202e)" "\xef\xbf\xbd\xc3\xa9" R"(","a":[1,-2,18446744073709551615,0.5,true,null],"empty":[],"none":{},"nan":null})");
  Json filled;
  filled.set("a", "\r\n");  // nothing becomes an object by its first key
  CHECK(filled.text() == R"({"a":"\r\n"})");
  CHECK(Json(std::string("\U000e0041\ufeff")).text() == "\"\U000e0041\\ufeff\"");
}
