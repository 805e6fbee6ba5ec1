#pragma once
/// Where a conversion stands against its live source: is it done, so that what comes behind it in the history may come?

#include "engine/conversion/conversion.h"
#include "journal/reader.h"

namespace tidemark::engine::conversion {

struct Standing {
  std::uint64_t left = 0;      ///< subjects without a record, or edited since
  bool at_least = false;       ///< `left` was not counted to its end
  std::uint64_t refused = 0, rolled_back = 0;
  bool source_gone = false;    ///< table or column isn't there (any more): it can't be run
  std::string why_gone;
  bool to_do() const { return left > 0; }
  bool open() const { return left > 0 || refused > 0 || rolled_back > 0; }
};

/// Reads the source once, in key order; of one whose first pass never came to its end only the first rows. Writes nothing.
/// @param journal  may be null: nothing was converted
/// @param session  outside of any transaction
Standing standing(Session& session, const Conversion& conversion, const journal::Reader* journal);

}  // namespace tidemark::engine::conversion
