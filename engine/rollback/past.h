#pragma once
/// One subject's committed records, folded for undo and redo: what stands, what was taken away, and which records made it so.
/// Pure but for past_of().

#include <vector>

#include "engine/conversion/life.h"

namespace tidemark::engine::rollback {

using journal::Run;
using journal::Seq;

/// A committed record.
struct Mark {
  Seq seq = 0;
  Run run = 0;
  journal::UtcMicros committed_at{};  ///< the receipt's time
  bool operator==(const Mark&) const = default;
};

struct Past {
  Seq last = 0;                 ///< its last committed record
  journal::Tally tally;         ///< what that adds to the counters
  conversion::Effects standing; ///< what stands of our changes by the journal
  /// What rollbacks did and neither redo nor convert undid, in their order: `before` comes back (nullopt: the row goes again), `after` is
  /// what the rollback left. A redo undoes it.
  std::vector<conversion::Effect> away;
  std::vector<Mark> made;       ///< conversions and redos by which it is converted, since it was last rolled back in whole
  std::vector<Mark> parked;     ///< what was in `made` before that rollback: a redo brings it back
  std::vector<Mark> undone;     ///< the rollbacks that a redo would take back, oldest first
  bool open = false;            ///< a rollback stands
  journal::SubjectConverted converted;  ///< its last conversion, without the rows
  std::vector<journal::Rejection> rejected;  ///< of its last record
};

/// @param work  of the record's unit: convert, rollback, redo
void fold(Past& past, const journal::Event& event, std::string_view work, const Mark& mark, const std::map<std::uint32_t, journal::TableShape>& tables);

Past past_of(const journal::Reader& journal, const std::string& conversion, const std::string& subject,
             const std::map<std::uint32_t, journal::TableShape>& tables);

}  // namespace tidemark::engine::rollback
