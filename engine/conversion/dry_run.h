#pragma once
/// What a conversion would do, from one read-only snapshot; also before the schema is deployed. Writes nothing anywhere.

#include "engine/conversion/decide.h"

namespace tidemark::engine::conversion {

/// One subject of the dry run.
struct Planned {
  std::string key;
  Digest seal{};              ///< over all that follows and the source
  journal::SourceDigest source{};
  journal::Event event;       ///< what would be recorded (ids and times are not meant)
  std::vector<std::string> links;  ///< Conversion::describe of each row, in order
};

struct PlanResult {
  Digest hash{};              ///< over, in key order: key, source digest, outcome, reasons, and label, url, type, position of each row; program, mapping
  std::uint64_t looked_at = 0, planned = 0, links = 0;
  journal::Tally tally;
  bool target_exists = true;  ///< false: planned without the table that the schema migrations will make
};

PlanResult dry_run(Session& session, const Conversion& conversion, const journal::Reader* journal, const std::string& program, const ChunkOptions& options,
                   const std::function<void(const Planned&)>& each);

}  // namespace tidemark::engine::conversion
