#include "commands/console.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "engine/errors.h"

using namespace tidemark;
using namespace tidemark::commands;
using Level = engine::Observer::Level;

namespace {

/// A console that writes into a string, with a clock that the test moves.
struct Stage {
  explicit Stage(Console::Options wanted = {}) : options(std::move(wanted)) {
    options.write = [this](std::string_view text) { written += text; };
    options.now = [this] { return time; };
    redactor.add("hunter2");
  }
  Console& console() {
    if (!made) made = std::make_unique<Console>(options, redactor);
    return *made;
  }
  void chunk(std::uint64_t subjects, int after_ms) {
    time += std::chrono::milliseconds(after_ms);
    console().progress({subjects, 2 * subjects, {{"links", static_cast<std::int64_t>(2 * subjects)}}});
  }
  std::string take() { return std::exchange(written, ""); }

  Console::Options options;
  Redactor redactor;
  std::string written;
  std::chrono::steady_clock::time_point time{};
  std::unique_ptr<Console> made;
};

}  // namespace

TEST_CASE("the log is cleaned at the sink and follows the verbosity") {
  const auto [verbosity, shown] = GENERATE(table<int, const char*>({
      {-1, "warning: w\n"}, {0, "i *** \\x1B[2J {}\nline\nwarning: w\n"}, {1, "debug: d\ni *** \\x1B[2J {}\nline\nwarning: w\n"}}));
  Console::Options options;
  options.verbosity = verbosity;
  Stage stage(options);
  stage.console().say(Level::debug, "d");
  stage.console().say(Level::info, "i hunter2 \x1b[2J {}\nline");
  stage.console().say(Level::warning, "w");
  CHECK(stage.written == shown);
}

TEST_CASE("a terminal has one line, rewritten at most five times a second") {
  Console::Options options;
  options.line = true;
  Stage stage(options);
  stage.console().begin("x", 100, 0);
  stage.chunk(10, 100);
  CHECK(stage.take().empty());
  stage.chunk(10, 150);
  CHECK(stage.take() == "\rx: 20 of 100 (20%), 80/s now, 80/s on average, 40 links, 0:01 left\x1b[K");
  stage.chunk(10, 100);
  CHECK(stage.take().empty());
  stage.console().say(Level::info, "hello");  // stands above the line, which is drawn again
  CHECK_THAT(stage.take(), Catch::StartsWith("\r\x1b[Khello\n\rx: 30 of 100"));
  stage.chunk(70, 650);
  stage.take();
  stage.console().end();
  CHECK(stage.take() == "\r\x1b[Kx: 100 of 100 (100%) in 0:01, 100/s, 200 links\n");
}

TEST_CASE("elsewhere a plain line every ten seconds; with CI only the end; quiet: none") {
  Console::Options options;
  options.only_the_end = GENERATE(false, true);
  options.verbosity = GENERATE(0, -1);
  Stage stage(options);
  stage.console().begin("x", 100, 50);
  stage.chunk(10, 9000);
  CHECK(stage.take().empty());
  stage.chunk(10, 1000);
  const bool periodic = !options.only_the_end && options.verbosity == 0;
  CHECK(stage.take() == (periodic ? "x: 70 of 100 (70%), 2/s now, 2/s on average, 40 links, 0:15 left\n" : ""));
  stage.console().end();
  CHECK(stage.take() == (options.verbosity == 0 ? "x: 70 of 100 (70%) in 0:10, 2/s, 40 links\n" : ""));
  stage.console().end();
  CHECK(stage.take().empty());
}

TEST_CASE("nothing counted, nothing said") {
  Stage stage;
  stage.console().begin("x", 0, 0);
  stage.console().end();
  CHECK(stage.written.empty());
}

TEST_CASE("the log file: mode 0600 whatever it was, one clean line a message, with time and level") {
  char folder[] = "/tmp/tidemark-console-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::string file = std::string(folder) + "/log";
  std::ofstream(file) << "";
  REQUIRE(chmod(file.c_str(), 0644) == 0);
  Console::Options options;
  options.verbosity = -1;
  options.log_file = file;
  {
    Stage stage(options);
    stage.console().say(Level::debug, "postgresql://u:secret@db\nnext hunter2");
  }
  struct stat about {};
  REQUIRE(stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  CHECK_THAT(text.str(), Catch::Matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\d+ debug postgresql://u:\\*\\*\\*@db\\\\nnext \\*\\*\\*\n"));
  unlink(file.c_str());
  options.log_file = std::string(folder) + "/none/log";
  CHECK_THROWS_AS(Console(options, Redactor{}), engine::Failure);
  rmdir(folder);
}

TEST_CASE("without a beginning there is no progress, and none is told") {
  Stage stage;
  stage.chunk(10, 20000);
  stage.console().reckon(true, nullptr, nullptr);
  stage.console().record("only for a log file");
  CHECK(stage.take().empty());
  CHECK_FALSE(stage.console().view());
  stage.console().show_progress();
  CHECK(stage.take() == "no progress to tell yet\n");
  stage.console().throttled("the load", "waiting");
  CHECK(stage.take() == "waiting: the load\n");
}

TEST_CASE("asked for the progress it is told above the line, however narrow") {
  Console::Options options;
  options.line = true;
  options.width = GENERATE(1, 40);
  Stage stage(options);
  stage.console().begin("x", 100, 0);
  stage.chunk(10, 1000);
  stage.take();
  stage.console().show_progress();
  const auto said = stage.take();
  CHECK_THAT(said, Catch::StartsWith("\r\x1b[Kx: 10 of 100 (10%), 10/s now, 10/s on average, 20 links, 0:09 left\n\rx: 10 of 100"));
}

TEST_CASE("a log that can't be written to disturbs nobody; a folder is no log") {
  Console::Options options;
  options.log_file = "/dev/full";
  {
    Stage stage(options);
    stage.console().say(Level::info, "hello");
    CHECK(stage.take() == "hello\n");
    CHECK(stage.console().log_file() == "/dev/full");
  }
  options.log_file = "/tmp";
  try {
    Console(options, Redactor{});
    FAIL("accepted");
  } catch (const engine::Failure& failure) {
    CHECK(failure.object == "/tmp");
    CHECK(failure.next == "ls -ld /tmp");
  }
}
