#pragma once
/// Undoes conversions of the subjects named, from the journal alone, by units like any other.

#include "engine/conversion/conversion.h"
#include "engine/recovery.h"
#include "engine/rollback/inverse_plan.h"

namespace tidemark::engine::rollback {

enum class OnConflict {
  skip,   ///< keep the row, report it
  stop,   ///< undo nothing more
  force,  ///< remove it all the same, after recording what it was
};

struct RollbackOptions {
  Keys subjects;       ///< these; ignored with `all`
  bool all = false;
  OnConflict on_conflict = OnConflict::skip;
  std::size_t chunk = 1000;
};

struct Conflict {
  std::string subject, table, key, kind;  ///< kind: Found, or "restricted" with the target's answer in `answer`
  std::string answer;
};

struct RollbackResult {
  std::uint64_t subjects = 0;  ///< whose rows were undone, wholly or in part
  std::uint64_t rows = 0;      ///< removed
  std::vector<Conflict> conflicts;
  std::uint64_t untouched = 0; ///< subjects that have no rows of ours (any more)
  Keys left;                   ///< still to do: rows are locked by others
  bool stopped = false;
};

/// The target's table as the rollback sees it. @param journal nullptr: a preview, the shape gets no number
Live live_table(Session& session, const conversion::Conversion& conversion);

/// What would be undone; writes nothing anywhere.
RollbackResult preview(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                       const std::function<void(const SubjectPlan&)>& each = {});

/// @throws Failure conflicts: with OnConflict::stop, at the first one; what is undone before stays undone and recorded
RollbackResult rollback(Environment& environment, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options);

/// Subjects of a scope that are neither in the journal nor in the source.
Keys unknown_subjects(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects);

}  // namespace tidemark::engine::rollback
