#include "engine/schema/checksum.h"

#include <catch2/catch.hpp>

using namespace tidemark::engine::schema;

TEST_CASE("a checksum is SHA-256 of the text, not normalised") {
  CHECK(checksum("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(checksum("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(checksum("a\nb") != checksum("a\r\nb"));
}

TEST_CASE("bytes that aren't UTF-8 become U+FFFD, as Node reads them") {
  const auto [bytes, text] = GENERATE(table<std::string, std::string>({
      {"plain, ä, 漢, 🙂", "plain, ä, 漢, 🙂"},
      {"\xEF\xBB\xBFSELECT 1", "\xEF\xBB\xBFSELECT 1"},      // the mark stays
      {"a\xFF" "b", "a\uFFFD" "b"},
      {"\xC3", "\uFFFD"},
      {"\xE2\x82", "\uFFFD"},                                 // one for a sequence cut short
      {"\xE2\x82" "A", "\uFFFD" "A"},
      {"\xF0\x9F\x99", "\uFFFD"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},                           // overlong: one a byte
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},                 // a surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},       // beyond U+10FFFF
  }));
  CHECK(text_of(bytes) == text);
}

TEST_CASE("stored checksums match in every form that Prisma accepts") {
  const std::string lf = "CREATE TABLE a ();\nSELECT 1;\n", crlf = "CREATE TABLE a ();\r\nSELECT 1;\r\n";
  for (const auto& text : {lf, crlf}) {
    CHECK(checksum_matches(text, checksum(lf)));
    CHECK(checksum_matches(text, checksum(crlf)));
    CHECK_FALSE(checksum_matches(text, checksum(lf + " ")));
    CHECK_FALSE(checksum_matches(text, ""));
    CHECK_FALSE(checksum_matches(text, std::string(64, '0')));
  }
  const std::string mixed = "a\r\nb\nc";
  CHECK(checksum_matches(mixed, checksum(mixed)));
}

TEST_CASE("the old form has one digit for a byte below 16") {
  std::string unpadded;
  const auto padded = checksum("abc");
  for (std::size_t i = 0; i < padded.size(); i += 2) {
    if (padded[i] != '0') unpadded += padded[i];
    unpadded += padded[i + 1];
  }
  CHECK(unpadded.size() < 64);
  CHECK(checksum_matches("abc", unpadded));
  CHECK_FALSE(checksum_matches("abd", unpadded));
  CHECK_FALSE(checksum_matches("abc", unpadded.substr(1)));
}
