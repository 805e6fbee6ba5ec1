#pragma once
/// The target was restored, or lost its receipts: unit by unit, newest first, what is really there? Then the journal follows the target:
/// a unit that is not there is voided, so that it runs again; one that is there is witnessed anew. Nothing else of the target is written.

#include <functional>
#include <vector>

#include "engine/recovery.h"

namespace tidemark::engine {

/// What is there of a unit that the journal calls committed and the target has no receipt of.
enum class Effect {
  gone,      ///< nothing of it
  there,     ///< all of it, as recorded
  mixed,     ///< some of it, or changed since: a person decides
  unproven,  ///< it left no trace that could be looked for: it goes as the others go
};
const char* to_string(Effect effect);

struct Finding {
  journal::UnitInfo unit;
  Effect effect = Effect::unproven;
  std::uint64_t there = 0, gone = 0, other = 0;  ///< rows
};

/// Looks, and decides nothing. Newest first.
/// @param of_migration  what is there of a schema unit; engine/schema knows
/// @throws Failure behind: the target has receipts of units that were given up; journal: receipts without intents
std::vector<Finding> find_missing(const journal::Reader& journal, Session& session, const std::string& target,
                                  const std::function<Effect(const journal::MigrationIntended&)>& of_migration);

/// Voids or witnesses anew each finding, by events. `mixed` ones only if `mixed` says how (gone: void, there: witness).
/// @return those that are left for a person
std::vector<Finding> reconcile(Environment& environment, WritingRun& run, const std::vector<Finding>& findings, std::optional<Effect> mixed);

}  // namespace tidemark::engine
