#pragma once
/// [integration] and [[integration.command]] of tidemark.toml.

#include <string>
#include <vector>

#include "engine/runbook/integration.h"

namespace tidemark::commands {

class Section;

struct IntegrationSection {
  double more_than = 95;  ///< percent that pass; each command may have its own
  std::chrono::milliseconds limit{1'200'000};
  std::vector<engine::runbook::TestCommand> commands;  ///< in order
  bool operator==(const IntegrationSection&) const = default;
};
/// @param file  whose folder a relative directory counts from
void read_integration(Section& section, IntegrationSection& into, const std::string& file);

}  // namespace tidemark::commands
