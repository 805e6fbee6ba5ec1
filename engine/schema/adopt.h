#pragma once
/// baseline: a schema that has no history gets the one that its fingerprint proves.

#include <string>
#include <vector>

#include "engine/schema/replay.h"
#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

struct Baseline {
  std::vector<std::string> proven;       ///< folders whose effect is there, in order: the live schema is what they make
  std::vector<std::string> pending;      ///< those behind them
  std::vector<std::string> differences;  ///< where nothing is proven: between the nearest folder's state and the live schema; "+ …" is in the live schema only
  std::string nearest;                   ///< that folder; "start": the empty schema
  std::vector<std::string> ambiguous;    ///< folders behind `proven` that don't change the schema: whether they ran can't be seen
  std::vector<std::string> privileges;   ///< differences in GRANTs alone: said, no obstacle
  std::string refused, answer;           ///< a folder that can't be replayed, and why
  Digest live{};                         ///< the live schema's fingerprint when it was looked at
  bool nothing = false;                  ///< the history has everything already
};

/// Looks: replays the folders on a scratch database and compares.
/// @param up_to  the person says that this folder is the last one that ran; empty: found out
/// @throws Failure failed: there is a history already, or no scratch database can be made; inconclusive: failed rows
Baseline plan_baseline(Environment& environment, Session& session, const std::vector<MigrationFolder>& folders, const Scratch& scratch, const std::string& up_to);

/// Writes the history of `baseline.proven`, as `prisma migrate resolve --applied` would, if the live schema is still as it was proven.
/// @return false: a stop was asked for. @throws Failure inconclusive: somebody changed the schema or the history meanwhile
bool write_baseline(Environment& environment, WritingRun& run, const std::vector<MigrationFolder>& folders, const Baseline& baseline, const SchemaLimits& limits);

}  // namespace tidemark::engine::schema
