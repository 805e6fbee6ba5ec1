#pragma once
/// A part of the target in an empty database: the whole schema, some of the subjects, and what belongs to them.

#include <string>
#include <utility>
#include <vector>

#include "engine/environment.h"
#include "engine/runbook/sample_plan.h"

namespace tidemark::engine::runbook {

struct SampledCopyRequest {
  std::string conninfo;   ///< of the target; may hold a password
  std::string into;       ///< of an empty database
  std::string programs;   ///< PostgreSQL's folder of programs; empty: PATH
  std::string folder;     ///< for the files on their way; there already
  bool elsewhere = false; ///< another server: those that privileges were granted to needn't exist there
  double percent = 0;
  std::vector<std::pair<std::string, std::string>> subjects;  ///< schema and table, unquoted, joined as quoted; key column
};

struct SampledTable {
  SampleTable table;
  SampleShare::How how = SampleShare::How::whole;
  std::uint64_t rows = 0;  ///< in the copy
};

struct SampledCopy {
  std::vector<SampledTable> tables;
  std::uint64_t rows = 0, pruned = 0;
  double ratio = 1;  ///< subjects there are, by those in the copy; the largest of several tables
};

/// Of one snapshot. Sequences stand where they stand. Without the schema tidemark; materialized views are empty. Reads the target only.
/// @throws Failure failed, paused; inconclusive: no subject fell into the sample
SampledCopy copy_sample(Environment& environment, Target& reading, const SampledCopyRequest& request);

}  // namespace tidemark::engine::runbook
