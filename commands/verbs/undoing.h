#pragma once
/// The frame of rollback and redo: scope, preview, question, run, and what is said at the end. What differs is given.

#include <functional>

#include "commands/verbs/scope.h"
#include "engine/rollback/rollback.h"

namespace tidemark::commands {

/// The first few of what would be done.
struct Preview {
  static constexpr std::size_t kShown = 10;
  engine::rollback::RollbackResult result;
  std::vector<std::string> profiles, rows;  ///< printable
  std::optional<double> seconds;            ///< nullopt: nothing to judge by
  bool empty() const { return result.subjects == 0 && result.conflicts.empty(); }
  bool wants_rows() const { return rows.size() < kShown; }
  void add_profile(const std::string& subject, std::size_t rows);
};

struct Undoing {
  const char* verb;         ///< rollback, redo
  const char* would;        ///< "undo", "bring back"
  const char* question;     ///< "Undo", "Bring back"
  const char* doing;        ///< "rolling back"
  const char* done;         ///< "undone"
  const char* no_journal;
  const char* nothing;      ///< "nothing to do, …"
  const char* untouched;    ///< "had no rows of ours"
  std::function<void(Preview&, engine::Session&, const journal::Reader&, const engine::rollback::RollbackOptions&)> look;
  std::function<engine::rollback::RollbackResult(engine::WritingRun&, const engine::rollback::RollbackOptions&)> act;
  bool sure = false;        ///< asked already
  std::function<void(engine::Session&, const journal::Reader&)> check = {};  ///< what is left, on a connection of its own, while the run ends
  std::function<void(Json&)> add_json = {};             ///< to the result
  std::function<void()> print_rest = {};
};

/// @return the exit code
int undo(Door& door, const RowScope& scope, bool dry_run, engine::rollback::RollbackOptions options, const Undoing& undoing);

Json conflicts_json(const std::vector<engine::rollback::Conflict>& conflicts);
/// Conflicts, and what others hold locked; the first few of each.
void print_end(const engine::rollback::RollbackResult& result, const std::string& subject);

/// A row of ours for people: a link as its conversion describes it; of another table, its name, key and what would be done to it.
std::string row_text(const engine::conversion::Conversion& conversion, const engine::conversion::Shapes& shapes, const engine::rollback::RowPlan& row);

}  // namespace tidemark::commands
