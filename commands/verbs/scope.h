#pragma once
/// The scope of a rollback or redo, as it was typed.

#include <optional>
#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/rollback/scope.h"

namespace tidemark::commands {

/// Asks the target what only it can answer. @throws Failure failed: unknown profile or user; usage: no such moment, no predicate
engine::rollback::Scope scope_of(Door& door, engine::Session& session, const journal::Reader& journal, const RowScope& options);
/// As run_started records it: "--where … --run 12"; named profiles are counted.
std::string arguments_of(const RowScope& options, const engine::rollback::Scope& scope);

/// "3 rows"
std::string amount(std::uint64_t n, const char* what);

}  // namespace tidemark::commands
