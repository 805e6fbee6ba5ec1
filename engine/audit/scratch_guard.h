#pragma once
/// May the journal be done again on this database? Never on its target, nor on anything that could be somebody's.

#include "engine/target.h"
#include "journal/reader.h"

namespace tidemark::engine::audit {

/// What a re-execution begins with.
enum class Base {
  backup,  ///< a pg_dump that is about to be restored: the database must hold nothing
  there,   ///< what stands in the database: restored by hand, to before the journal's first unit
};

/// Refused: a database that was the journal's target once (by system identifier and name; by the name alone where an identifier isn't known), one
/// with a schema `tidemark`, one that others are connected to, and with Base::backup one that isn't empty.
/// @param name  of the database, for messages
/// @throws Failure failed
void refuse_unless_scratch(Session& session, const journal::Reader& journal, Base base, const std::string& name);

}  // namespace tidemark::engine::audit
