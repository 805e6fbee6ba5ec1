#pragma once
/// The journal held against the live rows, both ways, by batched look-ups: what was ours and is not as we left it, and what stands in
/// the written tables that isn't ours. Reads only.
///
/// Each batch is a snapshot of its own, and what differs while a run goes on is looked at again once the journal has moved; rows of a
/// subject with a unit in doubt are nobody's difference until it is settled. Memory: one batch, and 8 bytes for each row that was moved;
/// where no column says whose a row is, 8 bytes for each row of ours.

#include <functional>

#include "engine/conversion/conversion.h"
#include "engine/rollback/inverse_plan.h"

namespace tidemark::engine::audit {

/// A row of ours that isn't as we left it.
struct Difference {
  const std::string& subject;
  const rollback::RowPlan& row;         ///< row.found is never same
  const journal::TableShape& recorded;  ///< what row.ours.row is spelt in
  const journal::TableShape& live;      ///< what row.live is spelt in
};
/// "missing", "edited", "moved", "schema_changed", "returned": there again, which we had removed.
const char* kind_of(const Difference& difference);

/// A row that isn't ours. Whose it is: the subject that its columns name; empty: none that exists.
struct Foreign {
  std::string subject, table, key;
};

struct DiffResult {
  std::uint64_t same = 0, missing = 0, edited = 0, moved = 0, schema_changed = 0, returned = 0;
  std::uint64_t foreign = 0;
  std::uint64_t in_doubt = 0;  ///< rows that differ or aren't ours, of subjects with a unit in doubt: not counted elsewhere
  bool ok() const { return missing + edited + moved + returned == 0; }
};

struct DiffListener {
  std::function<void(const Difference&)> difference;
  std::function<void(const Foreign&)> foreign;  ///< may be null
};

/// @param subjects  only these; empty: all
DiffResult diff(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects,
                const DiffListener& listener);

}  // namespace tidemark::engine::audit
