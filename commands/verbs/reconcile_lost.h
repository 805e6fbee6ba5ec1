#pragma once
#include <optional>

#include "commands/verbs/door.h"

namespace tidemark::commands {

/// The target has receipts that no journal here has the events of: the file is lost, an older copy, or was cut. Lists them with what can be
/// known, and what to type. Nothing is written; nothing can be, until a journal that knows them is there again.
/// @param journal  nullptr: there is none
/// @return the exit code (7); nullopt: nothing of this kind
/// @throws Failure journal: the target names another journal
std::optional<int> tell_lost(Door& door, engine::Session& session, const engine::Identity& target, const journal::Reader* journal);

}  // namespace tidemark::commands
