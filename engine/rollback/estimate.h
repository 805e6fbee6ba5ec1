#pragma once
/// How long an undo will take, by how long the journal says that chunks took before.

#include <optional>
#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::rollback {

struct ChunkPoint {
  journal::UtcMicros committed_at{};
  std::uint64_t rows = 0;
};
/// Rows in a second between the first and the last of a run's chunks, oldest first; nullopt: fewer than two, or no time between them.
std::optional<double> rate(const std::vector<ChunkPoint>& chunks);

/// Seconds for so many rows, by the last run of this work in the journal whose rate is known, else of any work. nullopt: there is none.
std::optional<double> estimated_seconds(const journal::Reader& journal, const std::string& conversion, const std::string& work, std::uint64_t rows);

}  // namespace tidemark::engine::rollback
