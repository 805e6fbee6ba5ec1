#pragma once
/// Brings back what rollbacks removed: the same rows, ids and timestamps, found in the journal alone. Units like any other.

#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

/// A row that a rollback removed.
struct BackRow {
  std::string table;  ///< schema.name
  Row key;
  conversion::OwnRow away;
  std::string kind;   ///< empty: nothing stands in its way; else exists, duplicate, profile_deleted, schema_changed
  Row live;           ///< of `exists`: what stands there, in the order of the live shape
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

/// What would come back; writes nothing anywhere. The result's `rows` and `subjects` are those that would.
RollbackResult preview_redo(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                            const std::function<void(const BackPlan&)>& each = {});

/// @throws Failure conflicts: with OnConflict::stop, at the first one; what came back before stays and is recorded
RollbackResult redo(Environment& environment, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options);

}  // namespace tidemark::engine::rollback
