#include "commands/configuration/step.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "commands/redact.h"
#include "commands/toml_section.h"

namespace tidemark::commands {
namespace {

std::string directory_of(const std::string& directory, const std::string& file) {
  const std::filesystem::path path(directory);
  const auto folder = std::filesystem::path(file).parent_path();
  return (directory.empty() || path.is_relative() ? folder / path : path).lexically_normal().string();
}

/// Secrets come from the environment that the command inherits.
void refuse_secrets(const Section& section, const char* key, const std::string& text) {
  if (!password_spans(text).empty()) throw section.wrong(key, "it holds a password; secrets come from the environment, which the command inherits");
}

}  // namespace

void read_step(Section& section, std::vector<engine::runbook::StepDefinition>& into, const std::string& file) {
  engine::runbook::StepDefinition step;
  section.text("name", step.name);
  section.text("command", step.command);
  section.require("name", step.name);
  section.require("command", step.command);
  std::string before, after;
  section.text("before", before);
  section.text("after", after);
  if (before.empty() == after.empty()) throw section.wrong(before.empty() ? "name" : "after", "a step says either before = \"PHASE\" or after = \"PHASE\"");
  step.when = before.empty() ? "after" : "before";
  step.phase = before.empty() ? after : before;
  constexpr auto kPhases = std::to_array<std::string_view>({"preflight", "backup", "schema", "plan", "convert", "verify", "integration", "smoke", "monitor", "report"});
  if (std::ranges::find(kPhases, step.phase) == kPhases.end()) throw section.wrong(step.when, "is no phase of the runbook: " + step.phase);
  section.text("directory", step.directory);
  step.directory = directory_of(step.directory, file);
  section.texts_by_name("environment", step.environment);
  section.number("limit_s", step.limit_s, 1, 86400);
  section.number("expect_exit", step.expect_exit, 0, 255);
  section.text("expect_output", step.expect_output);
  refuse_secrets(section, "command", step.command);
  for (const auto& [name, value] : step.environment) refuse_secrets(section, "environment", name + "=" + value);
  const auto same = [&](const auto& other) { return other.name == step.name && other.phase == step.phase && other.when == step.when; };
  if (std::ranges::any_of(into, same)) throw section.wrong("name", "two steps " + step.when + " " + step.phase + " have this name");
  into.push_back(std::move(step));
}

void read_hooks(Section& section, Hooks& into, const std::string& file) {
  section.text("stop_application", into.stop_application.command);
  section.text("start_application", into.start_application.command);
  std::string directory;
  unsigned limit_s = 120;
  section.text("directory", directory);
  section.number("limit_s", limit_s, 1, 86400);
  into.stop_application.name = "stop_application";
  into.start_application.name = "start_application";
  for (auto* hook : {&into.stop_application, &into.start_application}) {
    hook->directory = directory_of(directory, file);
    hook->limit_s = limit_s;
    refuse_secrets(section, hook->name.c_str(), hook->command);
  }
  if (!into.stop_application.command.empty() && into.start_application.command.empty()) throw section.wrong("stop_application", "it says how the application is stopped, but start_application doesn't say how it starts again");
}

}  // namespace tidemark::commands
