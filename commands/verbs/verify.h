#pragma once
/// The post-conditions as `verify` and `run` ask for them.

#include "engine/audit/post_conditions.h"

namespace tidemark::commands {

class Door;

/// With the schema's check at the end. @throws Failure check: there is no journal of this target
engine::audit::PostConditions verified(Door& door);
void tell(Door& door, const engine::audit::PostConditions& found);

}  // namespace tidemark::commands
