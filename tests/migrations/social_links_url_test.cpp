// Which texts are URLs: the rules' own tests, and the URL Standard's for http and https.

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "migrations/social_links/url/check.h"
#include "migrations/social_links/url/host.h"

using tidemark::migrations::social_links::url::is_host;
using tidemark::migrations::social_links::url::rejection;
using namespace std::literals;

TEST_CASE("the tests of a URL come in the rules' order", "[social_links][url]") {
  struct Row {
    std::string_view url, reason;
  };
  const Row rows[] = {
      {"", "empty_url"},
      {"https://a.example/\t", "invalid_url"},
      {"https://a.example/\x7f", "invalid_url"},
      {"https://a.example/a\0b"sv, "invalid_url"},
      {"ftp://a\nb", "invalid_url"},  // the control character first
      {"a.example", "missing_scheme"},
      {"a.example/x y", "missing_scheme"},
      {"a.example?x", "missing_scheme"},
      {"a.example#x", "missing_scheme"},
      {"//a.example", "missing_scheme"},
      {"///a.example", "invalid_url"},
      {"a.example:80", "missing_scheme"},
      {"a.example:80/x", "missing_scheme"},
      {"a.example:", "invalid_url"},
      {"a.example:x", "invalid_url"},
      {"a.example:80x", "invalid_url"},
      {"a.example x", "invalid_url"},
      {"a..b", "missing_scheme"},
      {".a", "invalid_url"},
      {"..a", "missing_scheme"},
      {"a.", "invalid_url"},
      {"a", "invalid_url"},
      {"/a.b", "invalid_url"},
      {"?a.b", "invalid_url"},
      {"1http://a.example", "invalid_url"},
      {"ht.tp://a.example", "invalid_url"},
      {"ht_tp://a.example", "invalid_url"},
      {"://a.example", "invalid_url"},
      {"ü.example", "missing_scheme"},
      {"mailto:a@b.example", "unsupported_scheme"},
      {"javascript:alert(1)", "unsupported_scheme"},
      {"httpss://a.example", "unsupported_scheme"},
      {"h+t-2:x", "unsupported_scheme"},
      {"ftp:a b", "unsupported_scheme"},
      {"https:a.example", "invalid_url"},
      {"https:/a.example", "invalid_url"},
      {"https:\\\\a.example", "invalid_url"},
      {"https:", "invalid_url"},
      {"HtTpS://A.Example", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CHECK(rejection(row.url) == row.reason);
  }
}

TEST_CASE("2048 characters, whatever their bytes, and validity before length", "[social_links][url]") {
  const std::string start = "https://a.example/";
  const auto with = [&](std::string_view filler, std::size_t characters) {
    std::string url = start;
    for (std::size_t i = start.size(); i < characters; ++i) url += filler;
    return url;
  };
  CHECK(rejection(with("a", 2048)) == "");
  CHECK(rejection(with("a", 2049)) == "url_too_long");
  CHECK(rejection(with("🎬", 2048)) == "");
  CHECK(rejection(with("🎬", 2049)) == "url_too_long");
  CHECK(rejection("https://a b" + with("a", 3000)) == "invalid_url");
  CHECK(rejection("https://" + std::string(3000, 'a')) == "url_too_long");
}

TEST_CASE("URLs that the standard takes", "[social_links][url]") {
  const std::string_view urls[] = {
      "http://a", "http://a/", "http://a?", "http://a#", "http://a?x", "http://a#x", "http://a/x y", "http://a/%zz",
      "http://a/<>\"{}|\\^`", "http://a/?<>\"", "http://a/#<>`", "http://a/ü", "http://a/\xEF\xBF\xBF", "http://a/%",
      // slashes and backslashes
      "http:///a", "http://////a", "http://\\a", "http://\\/\\a", "http://a\\b", "http://a\\@b",
      // user information
      "http://u@a", "http://u:p@a", "http://@a", "http://:@a", "http://::@a", "http://u@v@a", "http://u:p:q@a", "http://a b@c",
      "http://[u]@a", "http://%@a", "http://ü:ü@a", "http://u|^@a",
      // ports
      "http://a:", "http://a:/", "http://a:0", "http://a:80", "http://a:65535", "http://a:00000000000000000080/", "http://u:p@a:8080",
      "http://[::1]:", "http://[::1]:65535",
      // ASCII domains
      "http://localhost", "http://A.EXAMPLE", "http://a.", "http://a..", "http://.a", "http://.", "http://..", "http://a..b",
      "http://a_b", "http://-", "http://-a-", "http://ab--c", "http://a~b", "http://a!b", "http://a$b", "http://a&b'c(d)*+,;=e",
      "http://a\"b", "http://a{}", "http://a`b", "http://x", "http://xn", "http://xn-", "http://axn--", "http://x--n",
      "http://xn-x--a", "http://0123456789012345678901234567890123456789012345678901234567890123456789.example",
      // percent-encoded hosts
      "http://%61", "http://%41.example", "http://a%2Eb", "http://%C3%BC.example", "http://%7Ea", "http://%31.2.3.4",
      // IDNA
      "http://münchen.example", "http://MÜNCHEN.example", "http://xn--mnchen-3ya.example", "http://XN--MNCHEN-3YA.example",
      "http://faß.example", "http://xn--zca", "http://xn--zca.ß", "http://βόλος.com", "http://日本語。jp", "http://a．b",
      "http://ａｂｃ", "http://a\u00ADb", "http://a%C2%ADb/", "http://a\u200Bb", "http://👍", "http://🏳\uFE0F.example",
      "http://≠", "http://≮", "http://≯", "http://a†--", "http://-†", "http://-x.ß", "http://x-.ß", "http://x..ß", "http://ab--c.ß",
      "http://ß.", "http://İ.example", "http://\u0915\u094D\u200D\u0937", "http://\u0646\u0627\u0645\u0647\u200C\u0627\u06CC",
      "http://\u064A.", "http://x!y.ü", "http://xn--a---kp0a", "http://\u06F1.2.ü",
      "http://x01234567890123456789012345678901234567890123456789012345678901†",
      // IPv4
      "http://1.2.3.4", "http://1.2.3.4.", "http://255.255.255.255", "http://1.2.3", "http://1.2.65535", "http://1.16777215",
      "http://4294967295", "http://0", "http://256", "http://1.2..", "http://0x", "http://0x.0x", "http://0x7f.1", "http://0X7F.1", "http://0xffffffff", "http://037777777777",
      "http://00000000000000000000000001", "http://0x000000000000000000000001", "http://１.2.3.4", "http://0Ｘc0.0250.01",
      "http://1%2e2%2E3.4", "http://a1", "http://1.a", "http://1.2.3.4a", "http://0xg", "http://a.0xg", "http://1..2.a", "http://1.2.3.4..",
      "http://foo.09..", "http://1.+2", "http://a.1-",
      // IPv6
      "http://[::]", "http://[::1]", "http://[1::]", "http://[1:2:3:4:5:6:7:8]", "http://[1::8]", "http://[1:2:3:4:5:6:7::]",
      "http://[::2:3:4:5:6:7:8]", "http://[1:2::7:8]", "http://[2001:DB8::1]", "http://[0000:0:0:0:0:0:0:ffff]", "http://[::1.2.3.4]",
      "http://[::ffff:0.0.0.0]", "http://[1:2:3:4:5:6:255.255.255.255]", "http://[1:2:3:4:5::1.2.3.4]", "http://u@[::1]/",
  };
  for (const std::string_view url : urls) {
    CAPTURE(url);
    CHECK(rejection(url) == "");
  }
}

TEST_CASE("URLs that the standard refuses", "[social_links][url]") {
  const std::string_view urls[] = {
      "http://", "http:///", "http://\\", "http://?x", "http://#x", "http://@", "http://u@", "http://u@/a", "http://u:p@?", "http://u@v@",
      // ports
      "http://:80", "http://u@:80", "http://a:65536", "http://a:70000", "http://a:99999999999999999999999999999999", "http://a:-1",
      "http://a:+1", "http://a:1a", "http://a:a", "http://a: 80", "http://a:80 ", "http://a:80:", "http://a::80", "http://a:80:80", "http://a:%38%30",
      "http://a:８０", "http://a:0x50", "http://[::1]80", "http://[::1]x:80", "http://[::1]::80",
      // forbidden in domains
      "http://a b", "http://a<b", "http://a>b", "http://a^b", "http://a|b", "http://a%b", "http://a%", "http://a%2", "http://a%zz", "http://a[b",
      "http://a]b", "http://]", "http://a[]", "http://%", "http://%20", "http://a%00b", "http://a%0Ab", "http://a%7F", "http://a%23b",
      "http://a%25b", "http://a%2Fb", "http://a%3Ab", "http://a%3Cb", "http://a%3Fb", "http://a%40b", "http://a%5Bb", "http://a%5Cb",
      "http://a%5Db", "http://a%5Eb", "http://a%7Cb", "http://a%1fb", "http://%5B::1%5D", "http://%2525",
      // … also after IDNA's mapping
      "http://a\u3000b", "http://a／b", "http://a＃b", "http://a：80", "http://a＠b", "http://a？b", "http://a％41", "http://％41.com",
      "http://℀", "http://a b.ü", "http://ü^", "http://ü%7C", "http://＜ü", "http://［::1］",
      // IDNA
      "http://\u00AD", "http://%C2%AD", "http://\uFEFF\u200B", "http://xn--", "http://xn--.example", "http://a.XN--", "http://xn--a", "http://xn--a.ß",
      "http://xn--abc-", "http://xn---", "http://xn--ls8h=", "http://xn--tešla", "http://xn--é", "http://xn--xn---epa", "http://ｘn--xn---epa",
      "http://xn--1ug.example", "http://\u200D.example", "http://\u200C", "http://\u064Aa", "http://\u064A.1", "http://xn--mhb.1", "http://xn--a-yoc",
      "http://a⒈.ru", "http://xn--a-ecp.ru", "http://\uFFFD.com", "http://xn--zn7c.com", "http://%EF%BF%BD", "http://%ff", "http://%C3", "http://%ED%A0%80",
      "http://\u0301a", "http://\uFFFF", "http://a\u202Eb", "http://\u2FF0", "http://xn--999999999", "http://xn--zca.xn--a-ecp",
      "http://xn--MNCHEN-3YA\u00FC",
      // IPv4
      "http://999.1.1.1", "http://1.2.3.256", "http://256.1", "http://1.256.1.1", "http://1.2.65536", "http://1.16777216",
      "http://4294967296", "http://0x100000000", "http://040000000000", "http://1.2.3.4.5", "http://1.2.3.4.5.", "http://a.1", "http://a.1.", "http://a.0x1",
      "http://a.0x", "http://a.09", "http://09", "http://1.2.3.08", "http://0999999999999999999", "http://1..2", "http://.1", "http://👍.123",
      "http://１.2.3.999", "http://1.2.3.%3999", "http://0xfffffffffffffffffffffffff", "http://a.99999999999999999999999",
      // IPv6
      "http://[", "http://[]", "http://[::1", "http://[:]", "http://[:::]", "http://[:1]", "http://[1]", "http://[1:]", "http://[1:2:3:4:5:6:7]",
      "http://[1:2:3:4:5:6:7:8:9]", "http://[1:2:3:4:5:6:7:8:]", "http://[1::2::3]", "http://[::1::]", "http://[12345::]", "http://[g::]", "http://[::1%25eth0]",
      "http://[::1%eth0]", "http://[%3A%3A1]", "http://[::1.2.3]", "http://[::1.2.3.4.5]", "http://[::1.2.3.256]", "http://[::01.2.3.4]", "http://[::1.2.3.]",
      "http://[::.1.2.3]", "http://[1:2:3:4:5:6:7:1.2.3.4]", "http://[1.2.3.4]", "http://[::1.2.3.4:5]", "http://[1:2:3:4:5:6:7::8:9]",
      "http://[0:1:2:3:4:5:6:7::]", "http://[:1:2:3:4:5:6:7:8]", "http://[::1 ]", "http://[ ::1]", "http://[::１]", "http://[v1.a]", "http://[::1]]",
  };
  for (const std::string_view url : urls) {
    CAPTURE(url);
    CHECK(rejection(url) == "invalid_url");
  }
}

TEST_CASE("no host with a forbidden code point is taken, raw or encoded, anywhere", "[social_links][url]") {
  for (int c = 0; c < 0x80; ++c) {
    const bool forbidden = c <= 0x20 || c == 0x7F || "#/:<>?@[\\]^|%"sv.find(static_cast<char>(c)) != std::string_view::npos;
    const std::string raw(1, static_cast<char>(c));
    const char digits[] = "0123456789ABCDEF";
    const std::string encoded = {'%', digits[c / 16], digits[c % 16]};
    for (const std::string& text : {raw, encoded})
      for (const std::string tail : {"", "b", ".example", "ü", ".xn--zca"})
        for (const std::string head : {"a", "ü", "xn--zca."}) {
          CAPTURE(c, head, text, tail);
          CHECK(is_host(head + text + tail + ".e") == !forbidden);
        }
  }
}
