#include "commands/configuration/preflight.h"

#include "commands/toml_section.h"

namespace tidemark::commands {

void read_preflight(Section& section, PreflightSection& into) {
  std::vector<std::string> pending;
  section.texts("expect_pending", pending);
  if (section.line("expect_pending") != 0) into.expect_pending = pending;  // an empty list is an expectation
  section.text("api_url", into.api_url);
  section.text("redis_url", into.redis_url);
  section.number("long_transaction_s", into.long_transaction_s, 1, 86400);
  if (into.redis_url.find('@') != std::string::npos) throw section.wrong("redis_url", "it holds a user or a password; secrets come from the environment: REDIS_URL");
}

void read_tool(Section& section, std::vector<ToolSection>& into) {
  ToolSection tool;
  section.text("name", tool.name);
  section.text("command", tool.command);
  section.text("minimum", tool.minimum);
  section.require("name", tool.name);
  section.require("command", tool.command);
  into.push_back(std::move(tool));
}

}  // namespace tidemark::commands
