#pragma once
/// What rollback and redo share: their scope, the preview before the question, and what they say of conflicts.

#include <optional>
#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/rollback/conflict.h"
#include "engine/rollback/rollback.h"

namespace tidemark::commands {

/// Asks the target what only it can answer. @throws Failure failed: unknown profile or user; usage: no such moment, no predicate
engine::rollback::Scope scope_of(Door& door, engine::Session& session, const journal::Reader& journal, const RowScope& options);
/// As run_started records it: "--where … --run 12"; named profiles are counted.
std::string arguments_of(const RowScope& options, const engine::rollback::Scope& scope);

/// The first few of what would be done.
struct Preview {
  static constexpr std::size_t kShown = 10;
  engine::rollback::RollbackResult result;
  std::vector<std::string> profiles, rows;  ///< printable
  std::optional<double> seconds;            ///< nullopt: nothing to judge by
  bool empty() const { return result.subjects == 0 && result.conflicts.empty(); }
};
void print_preview(const Preview& preview);
Json conflicts_json(const std::vector<engine::rollback::Conflict>& conflicts);
void print_conflicts(const std::vector<engine::rollback::Conflict>& conflicts);
/// What both say at their end: conflicts, untouched profiles, what is left.
void print_rest(const engine::rollback::RollbackResult& result);

/// "3 rows"
std::string amount(std::uint64_t n, const char* what);

}  // namespace tidemark::commands
