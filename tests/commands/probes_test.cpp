// smoke.toml: what it may say, and what is refused with its line.
#include <catch2/catch.hpp>

#include "commands/configuration/smoke.h"
#include "engine/errors.h"
#include "engine/runbook/smoke.h"

using namespace tidemark;
using namespace tidemark::commands;

namespace {

/// One probe with these lines behind its name and path; they begin at line 5.
std::string probe(const std::string& lines) { return "[[suite]]\nname = \"s\"\n[[suite.probe]]\nname = \"p\"\n" + lines; }

}  // namespace

TEST_CASE("a probe says what it asks and what it expects") {
  const auto plan = parse_probes(R"(
variables = { email = "SMOKE_EMAIL" }
[[suite]]
name = "s"
[[suite.probe]]
name = "login"
path = "/login/{{n}}"
method = "POST"
body = "{{email}}"
status = [200, 201]
capture_secret = { token = "/token" }
[[suite.probe]]
name = "read"
path = "/me"
status = 200
headers = { Authorization = "Bearer {{token}}" }
json = [{ path = "/id", exists = true }, { path = "/gone", exists = false }, { path = "/list", length = 2 }, { path = "/id", type = "string" }, { path = "/id", matches = "^[0-9]+$" }, { equals = "{{email}}" }]
[[cleanup]]
name = "read"
path = "/me"
method = "DELETE"
)", "smoke.toml");
  REQUIRE(plan.probes.size() == 2);
  CHECK(plan.probes[0].status == std::set<int>{200, 201});
  CHECK(plan.probes[1].status == std::set<int>{200});
  REQUIRE(plan.probes[1].json.size() == 6);
  using Kind = engine::runbook::JsonAssertion::Kind;
  std::vector<Kind> kinds;
  for (const auto& assertion : plan.probes[1].json) kinds.push_back(assertion.kind);
  CHECK(kinds == std::vector{Kind::exists, Kind::absent, Kind::length, Kind::type, Kind::matches, Kind::equals});
  CHECK(plan.probes[1].json[2].operand == "2");
  REQUIRE(plan.cleanup.size() == 1);
  CHECK(plan.cleanup[0].suite == "cleanup");
}

TEST_CASE("what is wrong in smoke.toml is refused with file, line and what was meant") {
  const auto [text, line, says] = GENERATE(table<std::string, int, const char*>({
      {"", 0, "it has no probe"},
      {"[[suite]]\nname = \"s\"", 0, "it has no probe"},
      {probe("path = \"/\"\nmethod = \"get\""), 6, "must be one such as GET or PATCH"},
      {probe("path = \"me\""), 5, "must begin with /"},
      {probe("method = \"GET\""), 3, "needs path"},
      {probe("path = \"/\"\ncritical = \"yes\""), 6, "must be true or false"},
      {probe("path = \"/\"\nstatus = \"200\""), 6, "must be a list of whole numbers"},
      {probe("path = \"/\"\nstatus = [200, 99]"), 6, "holds 99; it must be from 100 to 599"},
      {probe("path = \"/\"\nstatus = 600"), 6, "holds 600; it must be from 100 to 599"},
      {probe("path = \"/\"\nstatus = []"), 6, "is empty; leave it out instead"},
      {probe("path = \"/{{who}}\""), 5, "wants {{who}}, which is neither among [variables] nor captured by a probe above"},
      {probe("path = \"/\"\njson = [{ equals = \"{{later}}\" }]\ncapture = { later = \"/x\" }"), 6, "wants {{later}}"},
      {probe("path = \"/\"\ncapture = { id = \"id\" }"), 6, "must be a JSON pointer"},
      {probe("path = \"/\"\ncapture_secret = { id = \"id\" }"), 6, "must be a JSON pointer"},
      {probe("path = \"/\"\ncapture_if_any = { id = \"id\" }"), 6, "must be a JSON pointer"},
      {probe("path = \"/\"\njson = [{ path = \"id\", exists = true }]"), 6, "must be a JSON pointer, such as /links/0/id"},
      {probe("path = \"/\"\njson = [{ path = \"/id\" }]"), 6, "wants one of exists, equals, type, length, matches"},
      {probe("path = \"/\"\njson = [{ path = \"/id\", equals = \"a\", length = 2 }]"), 6, "wants one of exists, equals, type, length, matches"},
      {probe("path = \"/\"\njson = [{ path = \"/id\", type = \"text\" }]"), 6, "must be object, array, string, number, boolean or null"},
      {probe("path = \"/\"\njson = [{ path = \"/id\", matches = \"(\" }]"), 6, "is no regular expression"},
      {probe("path = \"/\"\njson = { path = \"/id\" }"), 6, "must be a list of tables"},
      {probe("path = \"/\"\n[[suite.probe]]\nname = \"p\"\npath = \"/\""), 7, "there are two of that name in s"},
  }));
  CAPTURE(text);
  try {
    parse_probes(text, "smoke.toml");
    FAIL("accepted");
  } catch (const engine::Failure& failure) {
    CHECK(failure.code == engine::ExitCode::usage);
    CHECK(failure.object == "smoke.toml" + (line == 0 ? "" : ", line " + std::to_string(line)));
    CHECK_THAT(failure.answer, Catch::Contains(says));
    CHECK_FALSE(failure.next.empty());
  }
}
