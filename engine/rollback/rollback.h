#pragma once
/// Undoes conversions of the subjects named, from the journal alone, by units like any other.

#include "engine/conversion/conversion.h"
#include "engine/recovery.h"
#include "engine/rollback/conflict.h"
#include "engine/rollback/inverse_plan.h"
#include "engine/rollback/scope.h"

namespace tidemark::engine::rollback {

struct RollbackOptions {
  Scope scope;
  OnConflict on_conflict = OnConflict::skip;
  std::size_t chunk = 1000;
  bool cascade = false;  ///< undo first what other runs of ours made of the same rows since; not for redo
  std::vector<const conversion::Conversion*> others = {};  ///< whose work a cascade may undo too
};

struct RollbackResult {
  std::uint64_t subjects = 0;  ///< whose rows were undone, wholly or in part
  std::uint64_t rows = 0;      ///< removed, changed back, brought back
  std::vector<Conflict> conflicts;
  std::uint64_t untouched = 0; ///< subjects that have no rows of ours (any more)
  std::uint64_t edited_sources = 0;  ///< of these subjects, whose source is another than when it was converted: no conflict; preview only
  std::vector<By> first;       ///< what a cascade undoes first; preview only
  std::vector<std::string> triggers;  ///< that fire when rows of the tables concerned are written; preview only
  Keys left;                   ///< still to do: rows are locked by others
  bool stopped = false;
};

/// What would be undone; writes nothing anywhere. `each` is called for each subject that has rows of ours.
RollbackResult preview(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                       const std::function<void(const SubjectPlan&)>& each = {});

/// A conflict as it is told. `row` is in the way.
Conflict conflict_of(const std::string& subject, const RowPlan& row);

/// @throws Failure conflicts: with OnConflict::stop, at the first one; what is undone before stays undone and recorded
RollbackResult rollback(Environment& environment, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options);

/// Subjects of a scope that are neither in the journal nor in the source.
Keys unknown_subjects(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects);

}  // namespace tidemark::engine::rollback
