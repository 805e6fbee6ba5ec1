#pragma once
/// What becomes of subjects, decided from their sources, the target's rows and the journal. Writes nothing: shared by chunk and dry run.

#include <map>

#include "engine/conversion/binding.h"
#include "engine/conversion/life.h"
#include "engine/conversion/row_writer.h"

namespace tidemark::engine::conversion {

struct ChunkOptions {
  bool again = false;          ///< also what was rolled back
  bool retry_refused = false;  ///< also what was refused and whose source is unchanged
};

/// Does a subject with this source need the conversion, by what the journal knows?
bool needs_work(const journal::SubjectState& state, const journal::SourceDigest& source, const ChunkOptions& options);

/// Why the target would not take a subject, by key.
using Refusals = std::map<std::string, Obstacle>;

/// One subject on its way from the source row to its event.
struct Draw {
  const SourceRow* source = nullptr;  ///< borrowed from what decide() was given
  Life life;
  Obstacle refused;       ///< with `reason`
  std::string reason;     ///< of a refusal: source_too_large, target; empty: not refused
  Decision decision;
  Rows rows;              ///< decision.rows in the table's order: what is or will be stored; laid out by the chunk
  std::vector<journal::RowChange> changes;  ///< what Decision::writes came to, once they are written
};

/// Only the subjects that need work. @param journal nullptr: there is none yet
std::vector<Draw> decide(Session& session, const Conversion& conversion, const Binding& binding, const journal::Reader* journal,
                         const ChunkOptions& options, const std::vector<SourceRow>& subjects, const Refusals& refusals, const Stamp& stamp);

/// The decisions' further writes, as a RowWriter takes them; `subject` is the draw's position. @throws Failure failed: a table or column that
/// the binding doesn't have, a key that isn't whole
std::vector<RowWrite> writes_of(const std::vector<Draw>& draws, const Binding& binding);

/// Takes the rows out of `draw`.
journal::Event event_of(Draw& draw, const Binding& binding);

}  // namespace tidemark::engine::conversion
