#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/runbook/monitor/log_file.h"
#include "engine/runbook/monitor/log_line.h"
#include "engine/runbook/monitor/log_tally.h"
#include "engine/runbook/monitor/redis.h"

using namespace tidemark::engine::runbook::monitor;

namespace {

namespace fs = std::filesystem;

const Patterns& standard() {
  static const Patterns patterns(Patterns::defaults());
  return patterns;
}

/// What one line counts as: "requests errors pattern…".
std::string counted(const std::string& line) {
  LogTally tally(standard());
  tally.line("a", line);
  const auto measures = tally.take();
  std::string text = std::to_string(measures.requests) + " " + std::to_string(measures.errors);
  for (const auto& [name, count] : measures.patterns) text += " " + name + (count == 1 ? "" : "=" + std::to_string(count));
  return text;
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("tidemark-logs-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const char* name) const { return path / name; }
};
void append(const std::string& file, const std::string& text) { std::ofstream(file, std::ios::app) << text; }
void replace(const std::string& file, const std::string& text) { std::ofstream(file, std::ios::trunc) << text; }

struct Follower {
  std::vector<std::string> lines;
  LogFile file;
  explicit Follower(const std::string& path, std::optional<LogPlace> from = {}) : file(path, from, [this](std::string_view line) { lines.emplace_back(line); }) {}
  /// What came since the last look.
  std::vector<std::string> look() {
    lines.clear();
    file.poll();
    return lines;
  }
};
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines of logs, real and hostile ones") {
  const auto [line, expected] = GENERATE(table<std::string, std::string>({
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET /profiles/7/links HTTP/1.1" 200 512 "-" "Mozilla/5.0")", "1 0"},
      {R"(203.0.113.7 - ada [22/Nov/2026:02:14:00 +0000] "POST /auth/login HTTP/2.0" 500 12 "https://a.example/?x=[1] \x22y\x22" "curl/8")", "1 1 5xx"},
      {R"(2001:db8::1 - - [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 429 0 "-" "-" 0.003)", "1 0 rate_limited"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "" 400 0 "-" "-")", "1 0"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "\x16\x03\x01" 400 150 "-" "-")", "1 0"},
      {R"(Nov 22 02:14:00 web nginx[12]: 203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 503 1 "-" "-")", "1 1 5xx"},
      // A client's own words must not pass for a status, a rate limit or a database error.
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET /a\" 500 1 HTTP/1.1" 200 1 "-" "-")", "1 0"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET /\x22 500 HTTP/1.1" 200 1 "rate limit" "database error")", "1 0"},
      {R"(203.0.113.7 - a] \x22GET / HTTP/1.1\x22 500 [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-")", "1 0"},
      {R"({"level":30,"time":1,"req":{"url":"/rate-limit?database error"},"res":{"statusCode":200},"msg":"request completed"})", "1 0"},
      {R"({"status":502,"path":"/"})", "1 1 5xx"},
      {R"({"status":"429","msg":"rate limit exceeded"})", "1 0 rate_limited"},
      {R"({"status":"ok","msg":"rate limit exceeded"})", "0 0 rate_limited"},
      {R"({"statusCode":5000})", "0 0"},
      {R"({"level":"error","msg":"PrismaClientKnownRequestError: could not reach database"})", "0 0 database_error"},
      {R"({"level":"error","err":{"message":"relation does not exist","name":"PrismaError"}})", "0 0 database_error"},
      {R"(2026-11-22T02:14:00 2026/11/22/[$LATEST]ab {"status":504})", "1 1 5xx"},
      {"Error: connect ECONNREFUSED (sql)", "0 0 database_error"},
      {"Error: too many requests", "0 0 rate_limited"},
      {"2026/11/22 02:14:00 [error] 12#12: *7 limiting requests, excess: 0.5 by zone \"one\"", "0 0 rate_limited"},
      {"GET / HTTP/1.1\" 503 -", "0 0 5xx"},
      {"the database is fine", "0 0"},
      {"port 5000, 500 users", "0 0"},
      {"{\"status\":500", "0 0 5xx"},
      {"{", "0 0"},
      {"} {", "0 0"},
      {"[ ] \"", "0 0"},
      {R"([] "\)", "0 0"},
      {"", "0 0"},
      {"  \r ", "0 0"},
      {"{\"status\":503} \r", "1 1 5xx"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 20x 1 "-" "-")", "0 0"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 099 1 "-" "-")", "0 0"},
      {R"(203.0.113.7 - - [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 600 1 "-" "-")", "0 0"},
      {R"(203.0.113.7 "-" [22/Nov/2026:02:14:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-")", "0 0"},
      {R"(203.0.113.7] "GET / HTTP/1.1" [now] 200 1)", "0 0"},
      {R"({"status":"20"})", "0 0"},
      {R"({"status":7,"statusCode":true,"status_code":503})", "1 1 5xx"},
      {R"({"res":"none","response":{"status":"ok","statusCode":504}})", "1 1 5xx"},
      // Its status and its words tell the same: once. Other words beside a status count for themselves.
      {R"({"status":503,"msg":"status: 503"})", "1 1 5xx"},
      {R"({"status":200,"msg":"upstream status: 503"})", "1 0 5xx"},
      {R"({"status":429,"msg":"rate limit exceeded"})", "1 0 rate_limited"},
      {R"({"status":200,"msg":"rate limit exceeded"})", "1 0 rate_limited"},
      {R"({"status":500,"msg":"database error"})", "1 1 5xx database_error"},
      {std::string("\0\xff\x1b[31m", 7), "0 0"},
      {std::string(16384, '{') + "}", "0 0"},
      {std::string(16384, '['), "0 0"},
      {"sql" + std::string(16384, 'e') + "rror", "0 0 database_error"},
  }));
  INFO(line.substr(0, 200));
  CHECK(counted(line) == expected);
}

TEST_CASE("a wrong pattern is named") {
  const std::map<std::string, std::string> wrong{{"mine", "("}}, right{{"mine", "CHECKOUT"}};
  CHECK_THROWS_WITH(Patterns(wrong), Catch::Contains("mine"));
  CHECK(Patterns(right).in("a checkout") == std::vector<std::string>{"mine"});
}

TEST_CASE("a log is followed through all that is done to it") {
  const Folder folder;
  const auto log = folder.file("access.log");
  append(log, "before\n");
  Follower follower(log);
  CHECK(follower.look().empty());
  append(log, "one\ntw");
  CHECK(follower.look() == Lines{"one"});
  append(log, "o\n");
  CHECK(follower.look() == Lines{"two"});

  SECTION("renamed, and made anew; the old one is still written to for a while") {
    fs::rename(log, log + ".1");
    append(log + ".1", "three\n");
    CHECK(follower.look() == Lines{"three"});
    CHECK(follower.file.place().state == "missing");
    append(log + ".1", "four\nfi");
    append(log, "new one\n");
    CHECK(follower.look() == Lines{"four", "fi", "new one"});
    CHECK(follower.file.place().state == "following");
    append(log, "new two\n");
    CHECK(follower.look() == Lines{"new two"});
  }
  SECTION("truncated (copytruncate)") {
    replace(log, "");
    CHECK(follower.look().empty());
    append(log, "three\n");
    CHECK(follower.look() == Lines{"three"});
  }
  SECTION("truncated and grown beyond where we were, between two looks") {
    replace(log, "another beginning\nand more than there was before\n");
    CHECK(follower.look() == Lines{"another beginning", "and more than there was before"});
  }
  SECTION("gone, and back") {
    fs::remove(log);
    CHECK(follower.look().empty());
    CHECK(follower.file.place().state == "missing");
    append(log, "back\n");
    CHECK(follower.look() == Lines{"back"});
  }
  SECTION("a folder in its place, and back") {
    fs::remove(log);
    fs::create_directory(log);
    CHECK(follower.look().empty());
    CHECK(follower.look().empty());
    CHECK(follower.file.place().state == "unreadable");
    fs::remove(log);
    append(log, "back\n");
    CHECK(follower.look() == Lines{"back"});
  }
  SECTION("a line longer than any should be is cut, not taken for several") {
    append(log, std::string(40000, 'x') + "\nnext\n");
    CHECK(follower.look() == Lines{std::string(16384, 'x'), "next"});
  }
  SECTION("gone on with where it was left, in the middle of a line") {
    append(log, "three\nfo");
    CHECK(follower.look() == Lines{"three"});
    const auto place = follower.file.place();
    append(log, "ur\n");
    Follower later(log, place);
    CHECK(later.look() == Lines{"four"});
    fs::rename(log, log + ".1");
    append(log, "new\n");
    Follower after_rotation(log, place);
    CHECK(after_rotation.look() == Lines{"new"});
  }
  SECTION("gone on with elsewhere than it was left: read from its beginning") {
    auto place = follower.file.place();
    ++place.device;
    Follower other_disk(log, place);
    CHECK(other_disk.look() == Lines{"before", "one", "two"});
    place = follower.file.place();
    place.offset = 1000;
    Follower shorter(log, place);
    CHECK(shorter.look() == Lines{"before", "one", "two"});
  }
  SECTION("a line that is read in several pieces, and left before its end") {
    append(log, std::string(150'000, 'x'));
    CHECK(follower.look().size() <= 1);
    const auto place = follower.file.place();
    append(log, "\nnext\n");
    Follower later(log, place);
    CHECK(later.look() == Lines{std::string(16384, 'x'), "next"});
  }
}

TEST_CASE("a log that can't be reached is unreadable, not missing") {
  const Folder folder;
  append(folder.file("file"), "x\n");
  CHECK(Follower(folder.file("file/access.log")).file.place().state == "unreadable");
}

TEST_CASE("a log that isn't there yet is read from its beginning") {
  const Folder folder;
  const auto log = folder.file("later.log");
  Follower follower(log);
  CHECK(follower.file.place().state == "missing");
  CHECK(follower.look().empty());
  append(log, "first\n");
  CHECK(follower.look() == Lines{"first"});
}

TEST_CASE("Redis' URL and answer") {
  const auto place = parse_redis_url("redis://ada:se%40cret@[::1]:7000/2");
  CHECK(place.host == "::1");
  CHECK(place.port == 7000);
  CHECK(place.user == "ada");
  CHECK(place.password == "se@cret");
  CHECK(parse_redis_url("redis://cache").host == "cache");
  CHECK(parse_redis_url("redis://").host == "127.0.0.1");
  CHECK_THROWS_AS(parse_redis_url("http://cache"), std::invalid_argument);
  CHECK_THROWS_AS(parse_redis_url("redis://cache:70000"), std::invalid_argument);
  const auto counters = redis_counters("# Stats\r\ninstantaneous_ops_per_sec:17\r\nused_memory:1000\r\nused_memory_human:1K\r\nevicted_keys:\r\nnonsense");
  CHECK(counters == std::map<std::string, double>{{"instantaneous_ops_per_sec", 17}, {"used_memory", 1000}});
}
