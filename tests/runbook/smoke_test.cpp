// What a probe makes of an answer: each reason not to pass, what is taken from it, how long it waits, and that no secret is told.
#include "engine/runbook/smoke.h"

#include <csignal>

#include <catch2/catch.hpp>

#include "engine/runbook/json_text.h"
#include "engine/runbook/smoke_template.h"

using namespace tidemark;
using namespace tidemark::engine;
using namespace tidemark::engine::runbook;
using Probed = ProbeResult::Verdict;

namespace {

/// Keeps how long it was to wait, and doesn't.
class Waits final : public Executor {
 public:
  void run(std::vector<std::function<bool()>>) override {}
  void post(std::function<void()> task) override { task(); }
  void drain() override {}
  std::unique_ptr<Periodic> every(std::chrono::milliseconds, std::function<void()>) override { return nullptr; }
  void pause(std::chrono::milliseconds at_most, const std::function<bool()>& until) override {
    if (!until()) waited.push_back(at_most.count());
  }
  std::vector<std::int64_t> waited;
};

/// An application that answers what the test says, one answer after the other; the last one again and again.
struct Application {
  std::vector<HttpAnswer> answers;
  std::vector<HttpRequest> requests{};
  SmokePlan plan{};
  std::map<std::string, std::string> secrets{};
  Waits executor{};
  StopFlag stop{};
  std::size_t told = 0;

  SmokeResult run(bool tell = true) {
    const Ask ask = [&](const HttpRequest& request) {
      requests.push_back(request);
      return answers.at(std::min(requests.size(), answers.size()) - 1);
    };
    return run_smoke(plan, secrets, ask, executor, stop, Clock::system(), tell ? [&](const ProbeResult&) { ++told; } : std::function<void(const ProbeResult&)>());
  }
  /// Of one probe alone: why it didn't pass.
  static std::string reason(Probe probe, HttpAnswer answer, std::map<std::string, std::string> secrets = {}) {
    Application application{{std::move(answer)}};
    application.plan.probes = {std::move(probe)};
    application.secrets = std::move(secrets);
    const auto result = application.run();
    CHECK(result.ok() == result.probes.at(0).reason.empty());
    return result.probes.at(0).reason;
  }
};

Probe probe(const std::string& name, const std::string& path = "/") {
  Probe one;
  one.suite = "s";
  one.name = name;
  one.path = path;
  return one;
}
HttpAnswer answered(int status, const std::string& body = "", std::map<std::string, std::string> headers = {}) { return {status, "", std::move(headers), body, {}}; }

}  // namespace

TEST_CASE("each assertion says what is wrong with the answer") {
  using Kind = JsonAssertion::Kind;
  const std::string body = R"({"id":7,"name":"Zoë","tags":["a","b"],"none":null,"on":true,"long":")" + std::string(5000, 'x') + R"(","of":{"x":1}})";
  const auto [path, kind, operand, reason] = GENERATE(table<std::string, Kind, std::string, std::string>({
      {"/id", Kind::exists, "", ""},
      {"/gone", Kind::exists, "", "/gone is missing"},
      {"/tags/2", Kind::exists, "", "/tags/2 is missing"},
      {"/tags/x", Kind::exists, "", "/tags/x is missing"},
      {"/tags/", Kind::exists, "", "/tags/ is missing"},
      {"/tags/1000000", Kind::exists, "", "/tags/1000000 is missing"},
      {"/tags/1", Kind::equals, "b", ""},
      {"/gone", Kind::absent, "", ""},
      {"/id", Kind::absent, "", "/id is there: 7"},
      {"", Kind::type, "object", ""},
      {"", Kind::type, "array", "the answer is of type object, not array"},
      {"/id", Kind::type, "string", "/id is of type number, not string"},
      {"/on", Kind::type, "boolean", ""},
      {"/id", Kind::equals, "7", ""},
      {"/id", Kind::equals, "8", "/id is 7, not \"8\""},
      {"/of", Kind::equals, R"({"x":1})", ""},
      {"/name", Kind::equals, "Zoe", "/name is \"Zo\\u00eb\", not \"Zoe\""},
      {"/tags", Kind::length, "2", ""},
      {"/tags", Kind::length, "3", "/tags has length 2, not 3"},
      {"/of", Kind::length, "1", ""},
      {"/name", Kind::length, "3", ""},  // characters, not bytes
      {"/id", Kind::length, "1", "/id is of type number, which has no length"},
      {"/none", Kind::length, "0", "/none is of type null, which has no length"},
      {"/name", Kind::matches, "^Zo", ""},
      {"/name", Kind::matches, "^zo", "/name is \"Zo\\u00eb\", which doesn't match ^zo"},
      {"/id", Kind::matches, "7", "/id is of type number, not string"},
      {"/long", Kind::matches, "x", "/long is longer than 4096 bytes"},
  }));
  auto one = probe("json");
  one.json = {{path, kind, operand}};
  CAPTURE(path, operand);
  CHECK(Application::reason(one, answered(200, body)) == reason);
}

TEST_CASE("an answer that isn't what was expected is shown, cut") {
  CHECK(Application::reason(probe("p"), answered(404)) == "status 404, not 200");
  CHECK(Application::reason(probe("p"), answered(404, R"({"error": "gone"})")) == R"(status 404, not 200: {"error":"gone"})");
  CHECK(Application::reason(probe("p"), answered(404, "<h1>gone</h1>")) == R"(status 404, not 200: "<h1>gone</h1>")");
  CHECK(Application::reason(probe("p"), answered(200, "no JSON, and not asked for any")).empty());
  auto one = probe("p");
  one.status = {200, 201};
  one.json = {{"/id", JsonAssertion::Kind::exists, ""}};
  CHECK(Application::reason(one, answered(404)) == "status 404, not 200 or 201");
  CHECK(Application::reason(one, answered(201)) == "the answer is no JSON: it is empty");
  CHECK(Application::reason(one, answered(201, "<html>")) == R"(the answer is no JSON: "<html>")");
  CHECK(Application::reason(one, answered(201, std::string(257, '[') + std::string(257, ']'))).starts_with("the answer is no JSON"));
  CHECK(Application::reason(one, {0, "no connection", {}, "", {}}) == "no connection");
}

TEST_CASE("what is captured must be there, and be a text or a number; it fills the next requests") {
  const auto [body, reason] = GENERATE(table<std::string, std::string>({
      {R"({"id": 7, "token": "zz&1"})", ""},
      {R"({"id": "7", "token": 5})", ""},
      {R"({"token": "zz"})", "/id is missing: nothing to take for {{id}}"},
      {R"({"id": null, "token": "zz"})", "/id is missing: nothing to take for {{id}}"},
      {R"({"id": {}, "token": "zz"})", "/id is missing: nothing to take for {{id}}"},
      {R"({"id": "", "token": "zz"})", "/id is missing: nothing to take for {{id}}"},
      {R"({"id": 7})", "/token is missing: nothing to take for {{token}}"},
  }));
  CAPTURE(body);
  Application application{{answered(200, body)}};
  auto login = probe("login"), next = probe("next", "/of/{{ id }}");
  login.capture = {{"id", "/id"}};
  login.capture_secret = {{"token", "/token"}};
  next.headers = {{"Authorization", "Bearer {{token}}"}};
  application.plan.probes = {login, next};
  const auto result = application.run();
  CHECK(result.probes.at(0).reason == reason);
  if (reason.empty()) {
    REQUIRE(application.requests.size() == 2);
    CHECK(application.requests[1].path == "/of/7");
    CHECK(application.requests[1].headers.at("Authorization") == (body.find("zz&1") != std::string::npos ? "Bearer zz&1" : "Bearer 5"));
  } else {
    CHECK(application.requests.size() == 1);
    CHECK(result.probes.at(1).verdict == Probed::not_run);
    CHECK(result.probes.at(1).reason.starts_with("no value for "));
  }
}

TEST_CASE("after a 429 it waits as long as the answer says, if that says a number, and a minute at most") {
  using Headers = std::map<std::string, std::string>;
  const auto [headers, waited] = GENERATE(table<Headers, std::int64_t>({
      {{{"retry-after", "3"}}, 3000},
      {{{"retry-after", "99999"}}, 60000},
      {{{"retry-after", ""}}, 200},
      {{{"retry-after", "100000"}}, 200},
      {{{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}, 200},
      {{{"retry-after", "-1"}}, 200},
      {Headers(), 200},
  }));
  CAPTURE(waited);
  Application application{{answered(429, "", headers), answered(429, "", headers), answered(200)}};
  auto one = probe("limited");
  one.retries = 2;
  application.plan.probes = {one};
  const auto result = application.run(false);
  CHECK(application.told == 0);
  CHECK(result.ok());
  CHECK(application.executor.waited == std::vector<std::int64_t>{waited, waited == 200 ? 400 : waited});
  CHECK(result.limited() == 2);  // two answers, one span
  const auto events = events_of(result);
  REQUIRE(events.size() == 3);
  CHECK(std::get<journal::CheckRecorded>(events[1]).name == "smoke.rate_limited");
  CHECK_THAT(std::get<journal::CheckRecorded>(events[1]).detail, Catch::EndsWith("\"count\":2}"));
}

TEST_CASE("a stop ends the retries and what comes after, but not the cleaning up") {
  Application application{{answered(200, R"({"id":"made"})"), answered(503)}};
  auto create = probe("create"), second = probe("second"), third = probe("third"), cleanup = probe("cleanup", "/made/{{id}}");
  create.capture = {{"id", "/id"}};
  second.retries = cleanup.retries = 3;
  third.critical = true;
  application.plan.probes = {create, second, third};
  application.plan.cleanup = {cleanup, probe("not made", "/{{never}}")};
  const Ask ask = [&](const HttpRequest& request) {
    application.requests.push_back(request);
    if (application.requests.size() == 2) application.stop.request(SIGTERM);
    return application.answers.at(std::min<std::size_t>(application.requests.size(), 2) - 1);
  };
  const auto result = run_smoke(application.plan, {}, ask, application.executor, application.stop, Clock::system(), {});
  REQUIRE(result.probes.size() == 4);
  CHECK(result.probes[1].requests == 1);
  CHECK(result.probes[2].verdict == Probed::not_run);
  CHECK(result.probes[2].reason == "a stop was asked for");
  CHECK(result.probes[3].cleanup);
  CHECK(result.probes[3].requests == 4);  // asked, and three times again
  CHECK(result.stopped);
  CHECK(summary(result) == "1 of 4 probes passed, 2 failed, 1 not run; critical among those: 1");
  const auto last = std::get<journal::CheckRecorded>(events_of(result).back());
  CHECK(last.name == "smoke");
  CHECK(last.result == "unknown");
  const auto words = [&](std::size_t i) { return std::string(word(result.probes[i].verdict)); };
  CHECK((words(0) == "passed" && words(1) == "failed" && words(2) == "not_run"));
}

TEST_CASE("no probe at all is no success") {
  Application application{{answered(200)}};
  CHECK_FALSE(application.run().ok());
  CHECK(std::get<journal::CheckRecorded>(events_of(application.run()).back()).result == "failure");
}

TEST_CASE("a secret isn't told, however the answer spells it") {
  const std::string secret = "s/e \"c\"";
  for (const auto* const spelled : {R"({"you sent": "s/e \"c\""})", "you sent s%2Fe%20%22c%22", "s/e \"c\" and s/e \"c\""}) {
    const auto reason = Application::reason(probe("p"), answered(401, spelled), {{"password", secret}, {"empty", ""}});
    CAPTURE(reason);
    CHECK_THAT(reason, Catch::Contains("***"));
    for (const auto* const part : {"s/e", "%2Fe"}) CHECK_THAT(reason, !Catch::Contains(part));
  }
  CHECK(without("abcabc-abc", {"abc"}) == "******-***");
}

TEST_CASE("values are quoted as their place wants it") {
  const std::map<std::string, std::string> values{{"a", "x y_~/\"é"}};
  std::set<std::string> missing;
  CHECK(filled("/{{ a }}/{{b}}/{{", values, Quoting::url, missing) == "/x%20y_~%2F%22%C3%A9//{{");
  CHECK(missing == std::set<std::string>{"b"});
  CHECK(filled("{\"v\": \"{{a}}\"}", values, Quoting::json, missing) == "{\"v\": \"x y_~/\\\"é\"}");
  CHECK(filled("{{ a}}", values, Quoting::none, missing) == "x y_~/\"é");
}

TEST_CASE("a pointer begins with a slash, and ~ stands only before 0 and 1") {
  for (const auto* const right : {"", "/", "/a/0", "/a~1b", "/a~0", "/~01"}) CHECK(is_pointer(right));
  for (const auto* const wrong : {"a", "links/0", "/~", "/a~2", "/~0~", "/a~b/c"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_pointer(wrong));
  }
  const auto json = read_json(R"({"a/b": 1, "c~d": [[2]], "": 3})");
  REQUIRE(json);
  const auto at = [&](const char* pointer) {
    const auto* value = at_pointer(*json, pointer);
    return value ? value->dump() : "none";
  };
  CHECK(at("/a~1b") == "1");
  CHECK(at("/c~0d/0/0") == "2");
  CHECK(at("/") == "3");
  CHECK(at("/a~1b/x") == "none");
  CHECK(at("/c~0d/0/1") == "none");
  CHECK(at("/c~") == "none");
  CHECK_FALSE(read_json(std::string(257, '[') + std::string(257, ']')));
  CHECK(read_json(std::string(256, '[') + std::string(256, ']')));
  CHECK(read_json(R"({"a": "[[\"{{"})"));
}
