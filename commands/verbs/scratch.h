#pragma once
#include "commands/verbs/door.h"
#include "engine/schema/schema_unit.h"
#include "engine/schema/scratch.h"

namespace tidemark::commands {

/// Where databases for trials may be made: --scratch-url, the variable that [schema] scratch_url_env names, the target's server.
/// @param given  empty: not on the command line. @throws Failure usage
engine::schema::Scratch scratch_of(Door& door, const std::string& given);

/// As [schema] has it.
engine::schema::SchemaLimits schema_limits(Door& door);

/// What the conversion needs of the schema.
engine::schema::Needed needed_of(Door& door);

}  // namespace tidemark::commands
