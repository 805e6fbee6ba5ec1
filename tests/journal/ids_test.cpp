#include "journal/ids.h"

#include <catch2/catch.hpp>

using namespace tidemark::journal;

TEST_CASE("a UUID is canonical or none") {
  const auto [text, good] = GENERATE(table<std::string, bool>({
      {"0193a1b2-c3d4-7e5f-8a9b-0123456789ab", true},
      {"00000000-0000-0000-0000-000000000000", true},
      {"0193A1B2-c3d4-7e5f-8a9b-0123456789ab", false},
      {"0193a1b2c3d4-7e5f-8a9b-0123456789ab-", false},
      {"0193a1b2-c3d4-7e5f-8a9b-0123456789a", false},
      {"0193a1b2-c3d4-7e5f-8a9b-0123456789abc", false},
      {"0193a1b2-c3d4-7e5f-8a9b-0123456789ag", false},
      {"{193a1b2-c3d4-7e5f-8a9b-0123456789a}", false},
      {"", false},
  }));
  const auto id = parse_uuid(text);
  REQUIRE(id.has_value() == good);
  if (id) CHECK(to_string(*id) == text);
}

TEST_CASE("random UUIDs are of version 4 and differ") {
  const std::string a = to_string(random_uuid()), b = to_string(random_uuid());
  CHECK(a != b);
  CHECK(a[14] == '4');
  CHECK(std::string("89ab").find(a[19]) != std::string::npos);
  CHECK_FALSE(random_uuid().is_nil());
}

TEST_CASE("digests print and parse") {
  Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(7 * i);
  CHECK(parse_digest(hex(digest)) == digest);
  std::string upper = hex(digest);
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  CHECK(parse_digest(upper) == digest);
  CHECK_FALSE(parse_digest(hex(digest) + "0"));
  CHECK_FALSE(parse_digest("0x" + hex(digest).substr(2)));
  CHECK_FALSE(parse_digest("x0" + hex(digest).substr(2)));
  for (const char c : {'x', '/', ':', '@', 'G', '`', 'g'}) CHECK_FALSE(parse_digest(std::string(63, '0') + c));
}

TEST_CASE("a unit is its epoch and a number within it") {
  const UnitId unit(3, 41);
  CHECK(unit.epoch() == 3);
  CHECK(unit.number() == 41);
  CHECK(to_string(unit) == "3.41");
  CHECK(UnitId(unit.value) == unit);
  CHECK_FALSE(UnitId());
}
