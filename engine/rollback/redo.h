#pragma once
/// Brings back what rollbacks removed: the same rows, ids and timestamps, found in the journal alone. Units like any other.

#include "engine/rollback/past.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

/// A row that a rollback removed, changed or brought back. To bring it back is to undo what the rollback did to it: the row's effect.
struct BackRow {
  RowPlan row;
  std::string kind;  ///< empty: nothing stands in its way; else a conflict's
};
struct BackPlan {
  std::string subject;
  Past past;
  std::vector<BackRow> rows;
  bool locked = false;  ///< others hold its profile or user; only when looking with locks
  bool gone = false;    ///< its profile is no longer there
  /// Something would change: rows, or at least the state (a rollback of a profile whose rows users had deleted).
  bool anything() const;
};

/// Decides which rows can come back: of subjects that a rollback stands for. @param lock  inside a unit: locks first, looks in later statements
std::vector<BackPlan> plan_back(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const SourceShape& source, LiveTables& tables,
                                const Keys& subjects, bool lock);

/// What would come back; writes nothing anywhere. The result's `rows` and `subjects` are those that would.
RollbackResult preview_redo(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                            const std::function<void(const BackPlan&)>& each = {});

/// @throws Failure conflicts: with OnConflict::stop, at the first one; what came back before stays and is recorded
RollbackResult redo(Environment& environment, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options);

}  // namespace tidemark::engine::rollback
