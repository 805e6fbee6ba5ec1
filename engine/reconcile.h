#pragma once
/// The target was restored, lost its receipts, or returned to a history that was given up: unit by unit, newest first, what is really there?
/// Then the journal follows the target: a unit that is not there is voided, so that it runs again; one that is there is witnessed anew, or
/// counts again. Of the target only receipts are written.

#include <functional>
#include <vector>

#include "engine/recovery.h"

namespace tidemark::engine {

/// What is there of a unit on which journal and target don't agree.
enum class Effect {
  gone,      ///< nothing of it
  there,     ///< all of it, as recorded
  mixed,     ///< some of it, or changed since
  unproven,  ///< it left no trace that could be looked for
};
const char* to_string(Effect effect);

/// What becomes of it.
enum class Verdict {
  voided,     ///< it runs again
  witnessed,  ///< gets the receipt that it lost
  reinstated, ///< counts again: it was given up, and its receipt is there
  dismissed,  ///< stays given up; its receipt becomes a tombstone
  left,       ///< a person decides
};
const char* to_string(Verdict verdict);

struct Finding {
  journal::UnitInfo unit;
  Effect effect = Effect::unproven;
  std::uint64_t there = 0, gone = 0, other = 0;  ///< rows
  std::optional<UtcMicros> receipt;              ///< when it committed by the target's receipt: the journal had given it up. None: it has no receipt
};

/// Looks, and decides nothing. Newest first.
/// @param of_schema  what is there of a schema unit, by its intent (migration_intended, history_intended); engine/schema knows
/// @throws Failure journal: receipts without intents
std::vector<Finding> find_disagreements(const journal::Reader& journal, Session& session, const std::string& target,
                                        const std::function<Effect(const journal::Event&)>& of_schema);

/// A receipt proves that its unit committed here: rows edited since don't refute it, only that none is there does. Without one the rows are all.
/// @param mixed  what to do where the rows don't tell (gone: as if not there, there: as if there); nullopt: a person decides
Verdict judge(const Finding& finding, std::optional<Effect> mixed);

/// Does as judged, by events.
/// @return those that are left for a person
std::vector<Finding> reconcile(Environment& environment, WritingRun& run, const std::vector<Finding>& findings, std::optional<Effect> mixed);

}  // namespace tidemark::engine
