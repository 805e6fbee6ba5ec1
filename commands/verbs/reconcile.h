#pragma once
/// The journal follows a target that was restored.

#include <vector>

#include "commands/verbs/door.h"
#include "engine/reconcile.h"

namespace tidemark::commands {

/// Units without receipt, and those that were given up and have one. @throws Failure journal: receipts without intents
std::vector<engine::Finding> missing_units(Door& door, const journal::Reader& journal, engine::Session& session);

struct Followed {
  std::vector<engine::Finding> findings;  ///< units without receipt, newest first
  std::vector<engine::Finding> left;      ///< those of them that a person has to decide
};
/// Asks nobody: a run of its own that voids what is gone and witnesses anew what is there.
Followed follow_target(Door& door);

}  // namespace tidemark::commands
