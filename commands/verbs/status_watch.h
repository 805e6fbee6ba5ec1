#pragma once
/// `status --watch`: a run's progress from a second terminal, by the journal alone.

#include "commands/verbs/door.h"

namespace tidemark::commands {

/// Until the run ends (0), or Ctrl-C (75; the run isn't disturbed). Where none runs: what the last one did.
int watch_status(Door& door);

}  // namespace tidemark::commands
