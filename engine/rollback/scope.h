#pragma once
/// Which profiles an undo or redo is about. Different parts narrow each other.

#include <optional>
#include <string>

#include "engine/conversion/conversion.h"
#include "engine/rollback/past.h"

namespace tidemark::engine::rollback {

/// One end of a window in the history, inclusive: an event, or a time by the target's clock. Neither: open.
struct Bound {
  Seq event = 0;
  std::optional<journal::UtcMicros> time;
  explicit operator bool() const { return event != 0 || time; }
};

/// What was done to a profile and is now undone, or what was undone and is now redone.
enum class Direction { undo, redo };

struct Scope {
  std::optional<Keys> subjects;  ///< only these; nullopt: all that the journal knows
  Run run = 0;                   ///< undo: converted in that run; redo: converted or rolled back in it. 0: any
  Bound since, until;            ///< when it was converted (undo) or rolled back (redo)
  std::string rejected;          ///< undo: an entry of its last record was rejected for this reason
  bool by_history() const { return run != 0 || since || until || !rejected.empty(); }
};

/// Is a profile with this past in the scope? `subjects` aside.
bool matches(const Past& past, const Scope& scope, Direction direction);

/// What a person asked for that only the target can answer.
struct ScopeRequest {
  std::optional<Keys> subjects;  ///< named
  Keys users;                    ///< profiles of these
  std::string where;             ///< a predicate on the source table, there called t
  int statement_timeout_ms = 60000;
};
/// The named subjects, narrowed by users and predicate; of those only subjects that the journal knows. nullopt: none of the three was given.
/// The predicate runs in a transaction of its own that is READ ONLY and bounded in time; it can't be more than one expression.
/// @throws Failure failed: no such user, the predicate takes too long; usage: the text is no predicate or would write
std::optional<Keys> resolve(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const ScopeRequest& request);

/// Those of `keys` that are in `others` too, in the order of `keys`.
Keys narrowed(const Keys& keys, const Keys& others);

}  // namespace tidemark::engine::rollback
