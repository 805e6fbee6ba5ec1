#pragma once
/// After a conversion: is everything there that we wrote, is nothing doubled, is nothing left to do? Reads only.

#include "engine/conversion/conversion.h"
#include "journal/reader.h"

namespace tidemark::engine::audit {

struct Check {
  std::string name;
  bool ok = true;
  std::string detail;                ///< one line
  std::vector<std::string> examples; ///< the first ten
};

struct PostConditions {
  std::vector<Check> checks;
  std::uint64_t own_rows = 0;        ///< rows of ours that are as we left them
  std::uint64_t users_rows = 0;      ///< rows of the target that the journal doesn't know
  std::uint64_t edited_sources = 0;  ///< edited since they were converted: the next convert takes them
  std::uint64_t refused = 0, reverted = 0, sources = 0;
  Rows samples;                      ///< five rows of ours, in the order of sample_columns
  std::vector<std::string> sample_columns;
  bool ok() const;
};

PostConditions post_conditions(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion);

}  // namespace tidemark::engine::audit
