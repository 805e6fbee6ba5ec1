#include "commands/verbs/evening.h"

namespace tidemark::commands {

int run(Door& door, const Runbook& options) { return Evening(door, options).go(); }

}  // namespace tidemark::commands
