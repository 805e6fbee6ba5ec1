#pragma once
/// [[step]] and [hooks] of tidemark.toml.

#include <string>
#include <vector>

#include "engine/runbook/step.h"

namespace tidemark::commands {

class Section;

struct Hooks {
  engine::runbook::StepDefinition stop_application, start_application;  ///< command empty: none
  bool operator==(const Hooks&) const = default;
};

/// @param file  relative directories count from its folder, here and below
void read_step(Section& section, std::vector<engine::runbook::StepDefinition>& into, const std::string& file);
void read_hooks(Section& section, Hooks& into, const std::string& file);

}  // namespace tidemark::commands
