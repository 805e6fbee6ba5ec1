#pragma once
/// What an undo would drop, archive and lock: from the states that were recorded around the migration, and the rows there are now.

#include <string>
#include <vector>

#include "engine/schema/archive.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/revert_plan.h"

namespace tidemark::engine::schema {

struct RevertPreview {
  bool known = false;                 ///< false: its states weren't recorded; only `locked` is there, over-estimated from the script's names
  std::vector<std::string> dropped;   ///< "table public.a", "column public.b.c", "label 'x' of enum public.e"; what goes with a table isn't listed
  std::vector<Archived> archived;     ///< of these, what holds rows now
  std::vector<std::string> locked;    ///< tables, ACCESS EXCLUSIVE
};

/// Inside a reading transaction of its own; locks nothing. What has gone meanwhile isn't listed.
RevertPreview preview(Session& session, const RecordedStates& states, const RevertStep& step);

}  // namespace tidemark::engine::schema
