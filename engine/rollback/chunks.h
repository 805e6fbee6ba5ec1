#pragma once
/// What an undo and a redo have in common: subjects in chunks, one unit each, its record, and what is counted. The body decides and writes.

#include <set>

#include "engine/conversion/row_writer.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

/// One unit's findings. The body may run again for the same subjects: it gets a fresh one each time.
struct Attempt {
  Keys left;                           ///< not touched: others hold rows
  RollbackResult found;                ///< subjects, untouched and conflicts of this unit
  std::vector<journal::Draft> events;  ///< of the subjects; none: nothing happens
  journal::Tally tally;
  std::vector<conversion::RowWrite> writes;  ///< RowWrite::subject: the caller's
  std::vector<journal::RowChange> changes;   ///< what they come to, one each
  /// Makes the events once the writes are known, foreseen or done.
  std::function<void()> record;
};

class Chunks {
 public:
  using Body = std::function<void(Unit&, const Keys&, Attempt&)>;
  /// @param refused  the conflict's kind when the target will not have one subject
  Chunks(Environment& env, WritingRun& run, const conversion::Conversion& conversion, journal::WorkKind work, std::string refused, Body body);

  /// One unit, or smaller ones where the target objects. @return keys left to do
  Keys chunk(const Keys& subjects);
  LiveTables& tables() { return tables_; }
  void describe(Live& table);  ///< in the journal: rows of it may be recorded from now on
  RollbackResult result;

 private:
  Keys attempt(const Keys& subjects);
  Environment& env_;
  WritingRun& run_;
  const conversion::Conversion& conversion_;
  journal::WorkKind work_;
  std::string refused_;
  Body body_;
  UnitOfWork uow_;
  LiveTables tables_;
};

/// All that the scope selects, chunk by chunk, and what was left in the end.
void through(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options, Direction direction,
             const std::function<Keys(const Keys&)>& chunk, RollbackResult& result, Seq from = 0);

/// The subjects that met conflicts of these kinds once more, for as long as that changes rows: what stood in the way may have been rows of ours,
/// of subjects that came later. @param counted  they count among found.subjects already (undone in part)  @param found  what the chunks count into
/// @param result  left and stopped
void again(Environment& env, const RollbackOptions& options, const std::set<std::string>& kinds, bool counted, RollbackResult& found, const std::function<Keys(const Keys&)>& chunk, RollbackResult& result);

}  // namespace tidemark::engine::rollback
