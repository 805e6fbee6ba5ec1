#include "commands/terminal.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

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
      {"\u061c\u200d\u200e\u200f\u2010", "\\u{061C}\u200d\\u{200E}\\u{200F}\u2010"},
      {"\ufeff\ufefe", "\\u{FEFF}\ufefe"},
      {"\U000e0041\U000e0080", "\\u{E0041}\U000e0080"},
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

namespace {

/// A terminal in place of standard input and standard error; what is sent is typed there.
struct Typist {
  Typist() {
    grantpt(master);
    unlockpt(master);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    for (const int fd : {STDIN_FILENO, STDERR_FILENO}) dup2(terminal, fd);
  }
  ~Typist() {
    dup2(kept_in, STDIN_FILENO);
    dup2(kept_err, STDERR_FILENO);
    for (const int fd : {kept_in, kept_err, terminal, master}) close(fd);
  }
  void types(const std::string& text) const { REQUIRE(write(master, text.data(), text.size()) == static_cast<ssize_t>(text.size())); }
  int master = posix_openpt(O_RDWR | O_NOCTTY), terminal = -1;
  int kept_in = dup(STDIN_FILENO), kept_err = dup(STDERR_FILENO);
};

/// An environment variable for the length of a scope; null: not set.
struct Variable {
  Variable(const char* variable, const char* value) : name(variable) {
    if (const char* now = std::getenv(name)) before = now;
    set(value);
  }
  ~Variable() { set(before ? before->c_str() : nullptr); }
  void set(const char* value) const { value ? setenv(name, value, 1) : unsetenv(name); }
  const char* name;
  std::optional<std::string> before;
};

}  // namespace

TEST_CASE("only y and yes mean yes; the end of input means no") {
  const auto [text, meant] = GENERATE(table<const char*, bool>({
      {"y\n", true}, {"YES\n", true}, {"Yes\n", true}, {"\n", false}, {"n\n", false}, {"yes please\n", false}, {"[\n", false}, {"\x04", false}}));
  CAPTURE(text);
  bool said = false;
  {
    const Typist typist;
    typist.types(text);
    said = ask("Undo \x1b[2J all?", false, "rolling back");
  }
  CHECK(said == meant);
}

TEST_CASE("an answer without end is cut; without a terminal for the question none is asked") {
  std::string line;
  {
    const Typist typist;
    typist.types(std::string(1500, 'a') + "\n");
    line = typed("Which?", "choosing", "name it");
  }
  CHECK(line == std::string(1000, 'a'));
  std::string answer;
  {
    const Typist typist;
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    close(null);
    try {
      typed("Which?", "choosing", "name it");
    } catch (const engine::Failure& failure) {
      answer = failure.next;
    }
  }
  CHECK(answer == "name it");
}

TEST_CASE("the width is the terminal's, or 80; colours by the environment") {
  int width = 0, unknown = 0;
  std::vector<bool> colours;
  {
    const Typist typist;
    winsize size{};
    ioctl(typist.master, TIOCSWINSZ, &size);
    unknown = terminal_width(STDERR_FILENO);
    size.ws_col = 132;
    ioctl(typist.master, TIOCSWINSZ, &size);
    width = terminal_width(STDERR_FILENO);
    const Variable ci("CI", nullptr), none("NO_COLOR", nullptr), term("TERM", "xterm");
    colours.push_back(use_color(STDERR_FILENO));
    for (const char* value : {"", "0", "false"}) {
      ci.set(value);
      colours.push_back(use_color(STDERR_FILENO));
    }
    none.set("");
    term.set(nullptr);
    colours.push_back(use_color(STDERR_FILENO));
    // And without.
    colours.push_back(!use_color(STDERR_FILENO, true));
    term.set("dumb");
    colours.push_back(!use_color(STDERR_FILENO));
    term.set("xterm");
    none.set("1");
    colours.push_back(!use_color(STDERR_FILENO));
    none.set(nullptr);
    ci.set("true");
    colours.push_back(!use_color(STDERR_FILENO));
  }
  CHECK(unknown == 80);
  CHECK(width == 132);
  CHECK(colours == std::vector<bool>(9, true));
}

TEST_CASE("the nearest word") {
  const std::vector<std::string> known{"convert", "verify", "rollback", "--profile", "--profiles-from", "stop", "note", "ddl"};
  const auto [word, near] = GENERATE(table<const char*, const char*>({
      {"comvert", "convert"}, {"covnert", "convert"}, {"conv", "convert"}, {"verifi", "verify"}, {"rolback", "rollback"}, {"stpo", "stop"},
      {"--profle", "--profile"}, {"xyzzy", ""}, {"", ""}, {"zz", ""}, {"dll", "ddl"}, {"on", ""}}));
  CHECK(nearest(word, known) == near);
  CHECK(nearest(std::string(65, 'c'), known).empty());
}
