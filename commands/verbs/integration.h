#pragma once
/// The test commands as `integration` and `run` run them.

#include <functional>
#include <string>
#include <vector>

#include "engine/runbook/integration.h"

namespace tidemark::commands {

class Door;

struct Tested {
  std::string name, output_file;
  engine::runbook::TestRun run;
};
/// All of [[integration.command]], or the one named. Each is recorded where there is a journal; output goes to the log and to a file beside the journal.
/// @param told  each as soon as it has ended. A stop leaves out the others.
std::vector<Tested> tested(Door& door, const std::string& only, const std::function<void(const Tested&)>& told);
/// One line on standard output.
void tell(const Tested& one);

}  // namespace tidemark::commands
