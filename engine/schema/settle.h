#pragma once
/// resolve: is the effect of a migration there? Decided by fingerprints, written into the history as Prisma's resolve would.

#include <optional>
#include <string>
#include <vector>

#include "engine/schema/replay.h"
#include "engine/schema/schema_unit.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

struct Verdict {
  enum class Effect { there, gone, unknown };
  std::string name;
  Effect effect = Effect::unknown;
  std::string why;                    ///< the proof, or why there is none
  std::vector<std::string> objects;   ///< of unknown: what of it is there (=) and what isn't (-)
  bool applied = false;               ///< by another row: the unfinished one is one too many
  bool step_of_ours = false;          ///< a step that the next deploy finishes by itself: nothing to settle
};

/// Looks at one migration: one with an unfinished row, or a pending one whose effect may be there. Writes nothing in the target.
/// @param scratch  not there: unknown
/// @throws Failure failed: there is no such migration, or it is applied
Verdict judge_effect(Environment& environment, Session& session, const journal::Reader* reader, const std::vector<MigrationFolder>& folders, const std::string& name, const Scratch& scratch);

/// Unfinished rows, in order, each name once.
std::vector<std::string> unfinished(const History& history);

/// Writes the row: applied (a new one; older unfinished ones are rolled back, as Prisma does) or rolled back.
/// @param why  the proof, or "by a person: …"
/// What another row has as applied stays so; unfinished ones beside it are rolled back.
/// @return false: a stop was asked for (settled by somebody else meanwhile is settled)
bool write_settled(Environment& environment, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& name, bool applied, const std::string& why, const SchemaLimits& limits);

}  // namespace tidemark::engine::schema
