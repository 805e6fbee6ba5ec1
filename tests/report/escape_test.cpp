#include "engine/report/escape.h"

#include <catch2/catch.hpp>

#include "engine/report/commands.h"
#include "journal/ids.h"

using namespace tidemark::engine::report;

TEST_CASE("data is never markup in HTML") {
  const auto [data, shown] = GENERATE(table<std::string, std::string>({
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"\"onload='x'&", "&quot;onload=&#39;x&#39;&amp;"},
      {"a\nb\tc\x1b[31m", "a\\nb\\tc\\x1B[31m"},
      {"\xE2\x80\xAEtxt", "\\u{202E}txt"},
      {"\xff\xc0\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"Zoë 日本 🎬", "Zoë 日本 🎬"},
  }));
  CHECK(html(data) == shown);
}

TEST_CASE("data is never markup or a link in Markdown") {
  const auto [data, shown] = GENERATE(table<std::string, std::string>({
      {"*a* _b_ [c](d) <e> | `f`", "\\*a\\* \\_b\\_ \\[c\\](d) \\<e\\> \\| \\`f\\`"},
      {"see https://x.example or www.x.example", "see https\\://x.example or www\\.x.example"},
      {"a@b.example", "a`@`b.example"},
      {"# no heading", "\\# no heading"},
      {"09:30", "09:30"},
  }));
  CHECK(markdown(data) == shown);
}

TEST_CASE("a code span holds whatever is in it") {
  const auto [data, shown] = GENERATE(table<std::string, std::string>({
      {"https://x.example/?a|b", "`https://x.example/?a\\|b`"},
      {"a`b", "``a`b``"},
      {"`", "`` ` ``"},
      {"a\\|b", "`a\\x5C\\|b`"},
      {" a", "`  a `"},
      {"", ""},
  }));
  CHECK(markdown_code(data) == shown);
}

TEST_CASE("a shell gets one word") {
  CHECK(shell("/var/lib/x.journal") == "/var/lib/x.journal");
  CHECK(shell("a b") == "'a b'");
  CHECK(shell("$(rm)'x") == "'$(rm)'\\''x'");
  CHECK(shell("") == "''");
}

TEST_CASE("a month later is a day of the calendar") {
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"2026-11-22T10:00:00Z", "2026-12-22T10:00:00.000000Z"},
      {"2026-01-31T23:59:59Z", "2026-02-28T23:59:59.000000Z"},
      {"2027-12-31T00:00:00Z", "2028-01-31T00:00:00.000000Z"},
  }));
  CHECK(to_string(month_after(*tidemark::journal::parse_utc(from))) == to);
}
