#pragma once
/// audit replay --into: the journal done again on a scratch database.

#include "commands/options.h"

namespace tidemark::commands {

class Door;
int replay_into(Door& door, const AuditReplay& options);

}  // namespace tidemark::commands
