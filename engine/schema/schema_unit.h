#pragma once
/// A unit of the schema: under Prisma's advisory lock, tried again while somebody is in the way. Deploy and revert are made of these.

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "engine/environment.h"
#include "engine/recovery.h"
#include "engine/schema/prisma_history.h"

namespace tidemark::engine::schema {

struct Scratch;

/// What the conversion needs as it is. Unqualified names; empty: no conversion.
struct Needed {
  std::string source, target;             ///< tables
  std::set<std::string> source_columns;
};

struct SchemaLimits {
  Pins pins{3000, 0, 60000};   ///< a script may run long; it may not wait long, because whoever comes after it waits as well
  int lock_tries = 10;         ///< scripts that ran into lock_timeout, before we give up
  int lock_pause_ms = 1000;    ///< between these, on average (half to one and a half)
  int alone_wait_ms = 600000;  ///< a statement outside of transactions waits so long for others, who can go on meanwhile
  int watch_ms = 1000;         ///< between looks at who is in its way
  int prisma_wait_ms = 30000;  ///< for Prisma's advisory lock; Prisma itself waits 10 s
  int prisma_poll_ms = 200;    ///< on average
  bool irreversible = false;   ///< a migration whose inverse isn't there or doesn't hold is applied all the same, and recorded so
  std::uint64_t prove_in_place_max = 64 << 20;  ///< bytes of the tables concerned up to which an inverse is tried where it is
  Needed needed;               ///< by the conversion: what others changed in it stops a deploy
  bool accept_drift = false;   ///< go on though others changed what is touched
  int prove_timeout_ms = 60000;                 ///< for each statement of the trial
  std::string until;           ///< a data step: pending migrations that stand behind it are left; empty: none
  const Scratch* scratch = nullptr;             ///< where an inverse is tried whose tables are larger; nullptr: nowhere
};

/// Waits around `average_ms`: half to one and a half, so that two who wait for each other part; shorter if a stop is asked for.
void pause(Environment& environment, int average_ms);

struct SchemaWork {
  std::string work;    ///< deploy, revert: stands in the receipt and names the fault points
  std::string doing;   ///< "applying migration", "undoing migration"
  std::string name;    ///< of the migration
  std::string script;  ///< tables named in it are where a blocking session is looked for
};

enum class SchemaEnd {
  committed,
  empty,    ///< the body found nothing to do
  stopped,  ///< a stop was asked for while waiting; nothing of it was written
};

/// Runs `body` in a unit that holds Prisma's lock, with the history as it is then, until it committed or found nothing to do:
/// again after a time-out for a lock (the blocker is named), a unit that was voided, and a lost connection. The body must stand
/// being called more than once.
/// @throws Failure paused: the locks stay taken, or the connection lost. TargetError of any other kind, after ROLLBACK.
[[nodiscard]] SchemaEnd run_schema_unit(Environment& environment, WritingRun& run, const SchemaWork& work, const SchemaLimits& limits,
                                        const std::function<void(Unit&, History&)>& body);

}  // namespace tidemark::engine::schema
