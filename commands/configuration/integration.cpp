#include "commands/configuration/integration.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "commands/duration.h"
#include "commands/toml_section.h"

namespace tidemark::commands {
namespace {

using engine::runbook::TestCommand;
using engine::runbook::TestFormat;

void read_limit(Section& section, std::chrono::milliseconds& into) {
  std::string text;
  section.text("limit", text);
  if (text.empty()) return;
  const auto parsed = parse_duration(text);
  if (!parsed || parsed->count() == 0) throw section.wrong("limit", "is \"" + text + "\"; it must be a time such as 20m or 90s");
  into = *parsed;
}

void read_command(Section& section, TestCommand& into, const std::string& file) {
  section.text("name", into.name);
  section.require("name", into.name);
  section.text("command", into.command);
  section.require("command", into.command);
  section.text("directory", into.directory);
  const auto folder = std::filesystem::path(file).parent_path();
  into.directory = (folder / into.directory).lexically_normal().string();
  section.texts_by_name("environment", into.environment);
  section.flag("database", into.database);
  read_limit(section, into.limit);
  std::string format;
  section.text("format", format);
  section.require("format", format);
  if (format == "tap") into.format = TestFormat::tap;
  else if (format == "junit") into.format = TestFormat::junit;
  else if (format == "jest" || format == "vitest") into.format = TestFormat::jest;
  else if (format == "pattern") into.format = TestFormat::pattern;
  else throw section.wrong("format", "is " + format + "; it must be junit, tap, jest, vitest or pattern");
  section.text("results", into.results);
  section.text("passed", into.patterns.passed);
  section.text("failed", into.patterns.failed);
  section.text("skipped", into.patterns.skipped);
  if (into.format == TestFormat::pattern) {
    if (const auto why = engine::runbook::wrong_patterns(into.patterns); !why.empty()) throw section.wrong("passed", "can't be used: " + why);
  } else if (into.patterns != engine::runbook::TestPatterns{}) {
    throw section.wrong("format", "is " + format + ", which is counted by itself; passed, failed and skipped belong to pattern");
  }
  section.real("more_than", into.more_than, 0, 100);
  section.texts("expected_failures", into.expected_failures);
  if (into.format == TestFormat::pattern && !into.expected_failures.empty()) throw section.wrong("expected_failures", "needs the tests' names, and a pattern gives numbers only");
}

}  // namespace

void read_integration(Section& section, IntegrationSection& into, const std::string& file) {
  section.real("more_than", into.more_than, 0, 100);
  read_limit(section, into.limit);
  if (section.has("command")) into.commands.clear();  // of the runbook's file
  std::set<std::string> names;
  section.list("command", [&](Section& one) {
    auto& command = into.commands.emplace_back();
    command.more_than = into.more_than;
    command.limit = into.limit;
    read_command(one, command, file);
    if (!names.insert(command.name).second) throw one.wrong("name", "is " + command.name + ": there are two of that name");
  });
}

}  // namespace tidemark::commands
