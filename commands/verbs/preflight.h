#pragma once
/// The prerequisites, for the verb and for the phase of `run`.

#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/runbook/preflight.h"

namespace tidemark::commands {

struct Prerequisites {
  std::vector<engine::runbook::Check> checks;
  std::vector<std::string> samples;  ///< of the source, shortened
};
/// Writes nothing; a target that can't be reached is a check that failed.
/// @param backup_follows  a missing backup is no failure even with require_backup: it would keep the phase that makes it from being reached
Prerequisites look_at_prerequisites(Door& door, bool backup_follows = false);
/// On standard output.
void tell(Door& door, const Prerequisites& found);

}  // namespace tidemark::commands
