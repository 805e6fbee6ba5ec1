#include "engine/runbook/smoke.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "commands/verbs/recording.h"
#include "commands/verbs/smoke.h"
#include "commands/verbs/tell.h"

namespace tidemark::commands {
namespace {

using namespace engine::runbook;
using Verdict = ProbeResult::Verdict;

engine::Failure refused_usage(const std::string& object, const std::string& answer, const std::string& next) {
  return {engine::ExitCode::usage, "preparing the smoke test", object, answer, "Nothing was sent.", next};
}

HttpEndpoint endpoint_of(Door& door, const Smoke& options, const Environ& variable) {
  HttpEndpoint endpoint{options.api_url, door.configuration.api.ca_file, ""};
  std::string source = "--api-url";
  if (endpoint.url.empty()) {
    endpoint.url = variable("API_URL").value_or("");
    source = "API_URL";
  }
  if (endpoint.url.empty()) {
    endpoint.url = door.configuration.api.url;
    source = "[api] url";
  }
  if (endpoint.url.empty()) throw refused_usage("the application", "nothing names its URL", "API_URL=http://localhost:5000 tidemark smoke");
  if (const auto why = wrong_url(endpoint.url); !why.empty()) throw refused_usage(source, "this can't be the application's URL: " + why, "API_URL=http://localhost:5000 tidemark smoke");
  endpoint.proxy = proxy_for(endpoint.url, variable);
  if (!endpoint.ca_file.empty() && !std::ifstream(endpoint.ca_file)) throw refused_usage("[api] ca_file", "it can't be read: " + endpoint.ca_file, "ls -l " + endpoint.ca_file);
  return endpoint;
}

SmokePlan read_plan(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) throw refused_usage(file, "the file of probes can't be read, or is empty", "name one with --file FILE");
  return parse_probes(text.str(), file);
}

std::map<std::string, std::string> secrets_of(const SmokePlan& plan, const Environ& variable, Redactor& redactor) {
  std::map<std::string, std::string> secrets;
  std::string missing;
  for (const auto& [name, from] : plan.variables) {
    const auto value = variable(from.c_str());
    if (value && !value->empty()) redactor.add(secrets[name] = *value);
    else missing += (missing.empty() ? "" : ", ") + from;
  }
  if (!missing.empty()) throw refused_usage(missing, "the probes want the environment variables of these names, and they aren't set", "export " + missing.substr(0, missing.find(',')) + "=…");
  return secrets;
}

void tell(const ProbeResult& probe) {
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "%-8s%6s%8lld ms  ", probe.verdict == Verdict::passed ? "ok" : probe.verdict == Verdict::failed ? "FAIL" : "not run",
                probe.status == 0 ? "-" : std::to_string(probe.status).c_str(), static_cast<long long>(probe.ms));
  const bool critical = probe.critical && probe.verdict != Verdict::passed;
  line(numbers + printable(probe.suite + ": " + probe.name) + (critical ? " (CRITICAL)" : "") + (probe.reason.empty() ? "" : ": " + printable(probe.reason)) +
       (probe.limited > 0 ? " [" + std::to_string(probe.limited) + " answers 429]" : ""));
  std::fflush(stdout);
}

Json json_of(const ProbeResult& probe) {
  Json json = Json::object({{"suite", probe.suite}, {"name", probe.name}, {"verdict", word(probe.verdict)}, {"status", probe.status == 0 ? Json() : Json(probe.status)},
                            {"ms", probe.ms}, {"requests", probe.requests}, {"critical", probe.critical}, {"cleanup", probe.cleanup}, {"limited", probe.limited}});
  if (!probe.reason.empty()) json.set("reason", probe.reason);
  return json;
}

}  // namespace

bool names_application(Door& door, const Smoke& options) {
  return !options.api_url.empty() || !process_environment()("API_URL").value_or("").empty() || !door.configuration.api.url.empty();
}

SmokeResult smoked(Door& door, const Smoke& options) {
  const auto variable = process_environment();
  const auto endpoint = endpoint_of(door, options, variable);
  const auto file = !options.file.empty() ? options.file : !door.configuration.smoke.file.empty() ? door.configuration.smoke.file : door.migrations_folder() + "/smoke.toml";
  const auto plan = read_plan(file);
  const auto secrets = secrets_of(plan, variable, door.redactor);

  auto& executor = door.executor();
  const auto clock = engine::Clock::system();
  Recording recording(door, "tidemark smoke");
  // A smoke test that was killed must not leave the last one's word standing.
  recording.record({journal::CheckRecorded{"smoke", "unknown", std::string(engine::runbook::kSmokeBegun) + std::to_string(plan.probes.size()) + " probes of " + endpoint.url}});
  const auto ask = [&](const HttpRequest& request) { return ask_http(endpoint, request, executor, door.stop(), clock); };
  auto result = run_smoke(plan, secrets, ask, executor, door.stop(), clock, [&](const ProbeResult& probe) {
    if (!door.globals.json) tell(probe);
  });
  recording.record(events_of(result));

  if (door.globals.json) {
    Json probes = Json::array();
    for (const auto& probe : result.probes) probes.push(json_of(probe));
    print(Json::object({{"ok", result.ok()}, {"url", endpoint.url}, {"passed", result.count(Verdict::passed)}, {"failed", result.count(Verdict::failed)},
                        {"not_run", result.count(Verdict::not_run)}, {"critical", result.critical_failures()}, {"limited", result.limited()}, {"stopped", result.stopped},
                        {"journal", recording.json()}, {"probes", probes}}));
  } else {
    line((result.ok() ? "smoke passed: " : "smoke FAILED: ") + summary(result));
  }
  return result;
}

int run(Door& door, const Smoke& options) {
  const auto result = smoked(door, options);
  if (result.stopped) return static_cast<int>(engine::ExitCode::paused);
  return result.ok() ? 0 : static_cast<int>(engine::ExitCode::check);
}

}  // namespace tidemark::commands
