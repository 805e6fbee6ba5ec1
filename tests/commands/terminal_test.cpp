#include "commands/terminal.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include "commands/nearest.h"
#include "engine/errors.h"

using namespace tidemark;
using namespace tidemark::commands;
using namespace std::string_literals;

TEST_CASE("nothing that moves a terminal passes printable()") {
  const auto [raw, shown] = GENERATE(table<std::string, std::string>({
      {"plain, ümläut, 日本, 😀", "plain, ümläut, 日本, 😀"},
      {"\x1b[31mred\x1b[0m", "\\x1B[31mred\\x1B[0m"},
      {"a\0b"s, "a\\x00b"},
      {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
      {"\x7f", "\\x7F"},
      {"\xc2\x9b" "31m", "\\u{009B}31m"},
      {"\xc2\x80\xc2\x9f\xc2\xa0", "\\u{0080}\\u{009F}\xc2\xa0"},
      {"\x9b" "31m", "\\x9B31m"},
      {"\xe2\x80\xae" "abc\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9", "\\u{202E}abc\\u{202A}\\u{2066}\\u{2069}"},
      {"\xe2\x80\xa8", "\\u{2028}"},
      {"\xff\xc3", "\\xFF\\xC3"},
      {"\xc0\x9b", "\\xC0\\x9B"},
      {"\xe0\x82\x9b", "\\xE0\\x82\\x9B"},
      {"\xed\xa0\x80", "\\xED\\xA0\\x80"},
      {"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
      {"c:\\x", "c:\\x"},
  }));
  CHECK(printable(raw) == shown);
}

TEST_CASE("printable_lines() keeps line feeds alone") { CHECK(printable_lines("a\r\nb\x1b") == "a\\r\nb\\x1B"); }

TEST_CASE("colour only where it is wanted") {
  CHECK(painted("x", Paint::red, false) == "x");
  CHECK(painted("x", Paint::red, true) == "\x1b[31mx\x1b[0m");
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK_FALSE(use_color(ends[1]));
  CHECK_FALSE(is_terminal(ends[1]));
  CHECK(terminal_width(ends[1]) == 80);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("a question without a terminal is a usage error that names --yes") {
  CHECK(ask("Undo all?", true, "rolling back"));
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const int kept = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  try {
    (void)ask("Undo all?", false, "rolling back");
    FAIL("asked");
  } catch (const engine::Failure& failure) {
    CHECK(failure.code == engine::ExitCode::usage);
    CHECK_THAT(failure.next, Catch::Contains("--yes"));
  }
  dup2(kept, STDIN_FILENO);
  for (const int fd : {kept, ends[0], ends[1]}) close(fd);
}

TEST_CASE("the nearest word") {
  const std::vector<std::string> known{"convert", "verify", "rollback", "--profile", "--profiles-from", "stop", "note", "ddl"};
  const auto [word, near] = GENERATE(table<const char*, const char*>({
      {"comvert", "convert"}, {"covnert", "convert"}, {"conv", "convert"}, {"verifi", "verify"}, {"rolback", "rollback"}, {"stpo", "stop"},
      {"--profle", "--profile"}, {"xyzzy", ""}, {"", ""}, {"zz", ""}, {"dll", "ddl"}}));
  CHECK(nearest(word, known) == near);
}
