// Redis as it answers, and as it doesn't: preflight's PING and the monitoring's INFO, against a server of ours that says what the test wants.
#include "engine/runbook/monitor/redis.h"

#include <catch2/catch.hpp>

#include "engine/runbook/redis_ping.h"
#include "tests/runbook/one_server.h"

using namespace tidemark::engine::runbook;
using namespace tidemark::engine::runbook::monitor;
using tidemark::tests::OneServer;

namespace {

/// The words of one command as hiredis sends it: *2\r\n$4\r\nAUTH\r\n…; empty: the client has gone.
std::vector<std::string> command(int client) {
  const auto number = [&] {
    const auto line = OneServer::heard(client, "\r\n");
    return line.size() < 3 ? 0 : std::stoi(line.substr(1));
  };
  std::vector<std::string> words(static_cast<std::size_t>(number()));
  for (auto& word : words) {
    number();
    word = OneServer::heard(client, "\r\n");
    word.resize(word.size() - 2);
  }
  return words;
}

}  // namespace

TEST_CASE("PING to what may be Redis") {
  const auto [says, answer, wrong] = GENERATE(table<std::string, std::string, std::string>({
      {"+PONG\r\n", "PONG", ""},
      {"-NOAUTH Authentication required.\r\n", "NOAUTH Authentication required.", ""},
      {"HTTP/1.1 400 Bad Request\r\n", "", "what answers is not Redis"},
      {"", "", "no answer to PING"},
  }));
  CAPTURE(says);
  const OneServer server([text = says](int client) { OneServer::heard(client, "\r\n"), OneServer::say(client, text); });
  const auto port = std::to_string(server.port);
  for (const auto& url : {"redis://127.0.0.1:" + port, "127.0.0.1:" + port + "/2", "redis://ada:se:cret@127.0.0.1:" + port + "?x=1"}) {
    CAPTURE(url);
    if (wrong.empty()) CHECK(redis_ping(url) == answer);
    else CHECK_THROWS_WITH(redis_ping(url), "127.0.0.1:" + port + ": " + wrong);
  }
}

TEST_CASE("PING where nobody is, or nothing of that name") {
  int port = 0;
  { port = OneServer([](int) {}).port; }
  CHECK_THROWS_WITH(redis_ping("redis://127.0.0.1:" + std::to_string(port)), "127.0.0.1:" + std::to_string(port) + ": Connection refused");
  CHECK_THROWS_WITH(redis_ping("redis://[::1]:no-such-port"), Catch::StartsWith("[::1]:no-such-port: "));
  CHECK_THROWS_WITH(redis_ping("redis://[::1"), Catch::StartsWith("[::1: "));
  CHECK_THROWS_WITH(redis_ping("redis://[256.0.0.1]"), Catch::StartsWith("[256.0.0.1]: "));
  CHECK_THROWS_WITH(redis_ping("256.0.0.1"), Catch::StartsWith("256.0.0.1: "));
}

TEST_CASE("INFO: the counters, the password before them, and a Redis that refuses, answers strangely or goes away") {
  struct Says { std::string auth, info; };
  const auto [user, password, says, error, greeted] = GENERATE(table<std::string, std::string, Says, std::string, std::vector<std::string>>({
      {"", "", {"", "$14\r\nused_memory:17\r\n"}, "", {"INFO"}},
      {"", "secret", {"+OK\r\n", "$14\r\nused_memory:17\r\n"}, "", {"AUTH", "secret"}},
      {"ada", "secret", {"+OK\r\n", "$14\r\nused_memory:17\r\n"}, "", {"AUTH", "ada", "secret"}},
      {"", "wrong", {"-WRONGPASS invalid username-password pair\r\n", ""}, "WRONGPASS invalid username-password pair", {"AUTH", "wrong"}},
      {"", "", {"", "-NOAUTH Authentication required.\r\n"}, "NOAUTH Authentication required.", {"INFO"}},
      {"", "", {"", ":7\r\n"}, "INFO was answered by something else than text", {"INFO"}},
      {"", "", {"", ""}, "Server closed the connection", {"INFO"}},
  }));
  CAPTURE(user, password, says.info);
  std::vector<std::string> first;
  {
    const OneServer server([&, says = says](int client) {
      for (auto words = command(client); !words.empty(); words = command(client)) {
        if (first.empty()) first = words;
        const auto& text = words[0] == "AUTH" ? says.auth : says.info;
        if (text.empty()) return;
        OneServer::say(client, text);
      }
    });
    Redis redis({"127.0.0.1", server.port, user, password});
    for (int look = 0; look < 2; ++look) {  // also with the connection of before, or anew after a failure
      const auto measures = redis.measure();
      CHECK(measures.ok == error.empty());
      CHECK(measures.error == error);
      CHECK(measures.counters == (error.empty() ? std::map<std::string, double>{{"used_memory", 17}} : std::map<std::string, double>{}));
    }
  }
  CHECK(first == greeted);
}

TEST_CASE("INFO of a Redis that is away is a measure: it says why") {
  int port = 0;
  { port = OneServer([](int) {}).port; }
  Redis redis({"127.0.0.1", port, "", ""});
  const auto measures = redis.measure();
  CHECK_FALSE(measures.ok);
  CHECK(measures.error == "Connection refused");
}

TEST_CASE("a URL of Redis in each of its forms") {
  const auto [url, host, port, user, password] = GENERATE(table<std::string, std::string, int, std::string, std::string>({
      {"redis://ada@cache", "cache", 6379, "ada", ""},
      {"redis://:100%25@cache:1", "cache", 1, "", "100%"},
      {"redis://:a%4@cache", "cache", 6379, "", "a%4"},
      {"redis://:a%zz@cache", "cache", 6379, "", "a%zz"},
      {"redis://[::1]", "::1", 6379, "", ""},
      {"redis://[::1", "[:", 1, "", ""},
      {"redis://[cache/0", "[cache", 6379, "", ""},
  }));
  CAPTURE(url);
  const auto place = parse_redis_url(url);
  CHECK((place.host == host && place.port == port && place.user == user && place.password == password));
  for (const auto* const wrong : {"redis://cache:", "redis://cache:x", "redis://cache:63x", "redis://cache:0", "redis://cache:65536", "redis://cache:99999999999"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH(parse_redis_url(wrong), "its port is no number from 1 to 65535");
  }
}
