#pragma once
/// The journal done again, up to a moment, on a scratch database: so that who investigates can query what was there.
///
/// No unit of work: what is written to is nobody's target (scratch_guard.h), has no lease and gets no receipts; the journal is only read.
/// Units are done in the order of their intents: one that needed another's effects was intended after that one had committed. Each is a
/// transaction; a unit's rows are put and removed by their keys as they were recorded, so that what users changed beside us doesn't matter.

#include <functional>
#include <string>
#include <vector>

#include "engine/audit/replay.h"
#include "engine/target.h"

namespace tidemark::engine::audit {

/// A row that the scratch database would not take: most often of a profile that is not in the backup, where the role may not switch
/// foreign keys off (session_replication_role: superusers).
struct LeftOut {
  std::string subject, table, key, answer;
};

struct ReExecuted {
  std::uint64_t units = 0;       ///< done again
  std::uint64_t in_backup = 0;   ///< that the backup held already
  std::uint64_t migrations = 0;  ///< of the units done: schema, applied or reverted
  std::uint64_t changes = 0;     ///< of rows
  std::uint64_t erased = 0;      ///< records whose rows the journal doesn't know any more
  std::vector<LeftOut> left_out;
  std::vector<std::string> not_restored;  ///< archived rows that did not come back: "public.users {7}: …"
};

/// The units that the restored backup holds; takes its schema `tidemark` away, so that nobody takes the copy for a target.
/// @throws Failure failed: the backup is of another target, or younger than the moment
std::vector<UnitId> take_receipts(Session& session, const journal::Reader& journal, Replay& replay, const std::string& name);

/// @param in_backup  units that are there already
/// @param stopped    asked between units
/// @throws Failure failed: a migration, or a table that isn't there, names the unit; paused: stopped. What was done until then stays.
ReExecuted re_execute(Session& session, const journal::Reader& journal, Replay& replay, const std::vector<UnitId>& in_backup, const std::string& name,
                      const std::function<bool()>& stopped);

/// The scratch database against the journal.
struct Compared {
  std::uint64_t rows = 0, missing = 0, different = 0;  ///< of ours, as the replay has them
  std::vector<std::string> first;                      ///< up to ten: "public.profile_links 0193…: missing"
  bool schema_known = false;                           ///< the journal recorded the state that the last migration left
  std::vector<std::string> schema;                     ///< objects that our migrations touched and that are others: "~ table …"
  bool equal() const { return missing == 0 && different == 0 && schema.empty(); }
};
Compared compare(Session& session, const journal::Reader& journal, Replay& replay);

}  // namespace tidemark::engine::audit
