// smoke.toml: suites of probes.
#include <algorithm>
#include <regex>

#include "commands/configuration/smoke.h"
#include "commands/toml_section.h"
#include "engine/runbook/smoke.h"
#include "engine/runbook/smoke_template.h"

namespace tidemark::commands {
namespace {

using engine::runbook::JsonAssertion;
using engine::runbook::Probe;

constexpr const char* kTypes[] = {"object", "array", "string", "number", "boolean", "null"};

void need_pointer(const Section& section, const std::string& key, const std::string& path) {
  if (!engine::runbook::is_pointer(path)) throw section.wrong(key, "is " + path + "; it must be a JSON pointer, such as /links/0/id");
}

void read_assertion(Section& section, JsonAssertion& into) {
  section.text("path", into.path);  // left out: the whole answer
  need_pointer(section, "path", into.path);
  using Kind = JsonAssertion::Kind;
  bool exists = true;
  unsigned length = 0;
  section.flag("exists", exists);
  section.text("equals", into.operand);
  section.text("type", into.operand);
  section.text("matches", into.operand);
  section.number("length", length, 0, 1 << 20);
  int said = 0;
  for (const auto& [key, kind] : {std::pair{"exists", exists ? Kind::exists : Kind::absent}, {"equals", Kind::equals}, {"type", Kind::type}, {"matches", Kind::matches}, {"length", Kind::length}}) {
    if (!section.has(key)) continue;
    into.kind = kind;
    ++said;
  }
  if (said != 1) throw section.wrong("path", "wants one of exists, equals, type, length, matches beside it");
  if (into.kind == Kind::length) into.operand = std::to_string(length);
  if (into.kind == Kind::type && std::find(std::begin(kTypes), std::end(kTypes), into.operand) == std::end(kTypes)) {
    throw section.wrong("type", "is " + into.operand + "; it must be object, array, string, number, boolean or null");
  }
  if (into.kind == Kind::matches) {
    try {
      std::regex check(into.operand);
    } catch (const std::regex_error& error) {
      throw section.wrong("matches", std::string("is no regular expression: ") + error.what());
    }
  }
}

void read_probe(Section& section, Probe& into, unsigned limit_ms) {
  section.text("name", into.name);
  section.require("name", into.name);
  section.text("method", into.method);
  if (into.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) throw section.wrong("method", "is " + into.method + "; it must be one such as GET or PATCH");
  section.text("path", into.path);
  section.require("path", into.path);
  if (!into.path.starts_with('/')) throw section.wrong("path", "is " + into.path + "; it must begin with /");
  section.texts_by_name("headers", into.headers);
  section.text("body", into.body);
  section.numbers("status", into.status, 100, 599);
  section.numbers("until", into.until, 100, 599);
  section.number("repeat", into.repeat, 1, 10000);
  section.number("retries", into.retries, 0, 20);
  section.flag("critical", into.critical);
  section.number("limit_ms", limit_ms, 1, 600000);
  into.limit = std::chrono::milliseconds(limit_ms);
  section.list("json", [&](Section& assertion) { read_assertion(assertion, into.json.emplace_back()); });
  section.texts_by_name("capture", into.capture);
  section.texts_by_name("capture_if_any", into.capture_if_any);
  section.texts_by_name("capture_secret", into.capture_secret);
  for (const auto* captures : {&into.capture, &into.capture_if_any, &into.capture_secret}) {
    for (const auto& [name, path] : *captures) need_pointer(section, captures == &into.capture ? "capture" : captures == &into.capture_secret ? "capture_secret" : "capture_if_any", path);
  }
}

/// Every {{name}} must have a value by then.
void need_names(const Section& section, const Probe& probe, const std::set<std::string>& known) {
  const auto look = [&](const std::string& key, const std::string& text) {
    for (const auto& name : engine::runbook::names_in(text)) {
      if (known.count(name) == 0) throw section.wrong(key, "wants {{" + name + "}}, which is neither among [variables] nor captured by a probe above");
    }
  };
  look("path", probe.path);
  look("body", probe.body);
  for (const auto& [name, value] : probe.headers) look("headers", value);
  for (const auto& assertion : probe.json) {
    if (assertion.kind == JsonAssertion::Kind::equals) look("json", assertion.operand);
  }
}

}  // namespace

engine::runbook::SmokePlan parse_probes(std::string_view text, const std::string& file) {
  const toml::table root = parse_toml(text, file);
  engine::runbook::SmokePlan plan;
  unsigned limit_ms = 5000;
  Section top(root, "", file);
  top.number("limit_ms", limit_ms, 1, 600000);
  top.texts_by_name("variables", plan.variables);
  std::set<std::string> known{"n"};
  for (const auto& [name, variable] : plan.variables) known.insert(name);
  std::set<std::string> names;
  const auto add = [&](Section& section, const std::string& suite, std::vector<Probe>& into) {
    Probe& probe = into.emplace_back();
    probe.suite = suite;
    read_probe(section, probe, limit_ms);
    need_names(section, probe, known);
    for (const auto* captures : {&probe.capture, &probe.capture_if_any, &probe.capture_secret}) {
      for (const auto& [name, path] : *captures) known.insert(name);
    }
    if (!names.insert(suite + "/" + probe.name).second) throw section.wrong("name", "is " + probe.name + ": there are two of that name in " + suite);
  };
  top.list("suite", [&](Section& section) {
    std::string suite;
    section.text("name", suite);
    section.require("name", suite);
    section.list("probe", [&](Section& probe) { add(probe, suite, plan.probes); });
  });
  top.list("cleanup", [&](Section& section) { add(section, "cleanup", plan.cleanup); });
  top.done();
  if (plan.probes.empty()) throw refused(file, 0, "it has no probe: [[suite]], [[suite.probe]]");
  return plan;
}

}  // namespace tidemark::commands
