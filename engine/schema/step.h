#pragma once
/// A migration of one statement that PostgreSQL runs only outside of transactions. Its row in `_prisma_migrations` is begun in a unit, as Prisma
/// begins it; the statement runs while a second, idle transaction keeps the lease; the catalog proves it; a second unit finishes the row.
/// Source: DESIGN.md, "The one protocol"; FORMAT.md, "The schema".

#include <set>
#include <string>
#include <vector>

#include "engine/schema/migration_folder.h"
#include "engine/schema/proof.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

/// A step whose row is begun and not finished: killed, or given up for a while.
struct OpenStep {
  journal::HistoryIntended begun;
  journal::UnitId unit;
  const std::string& id() const { return begun.ids.front(); }
};
/// By the journal, as far as the history still has their rows unfinished; oldest first.
std::vector<OpenStep> open_steps(const journal::Reader& reader, const History& history);

struct StepEnd {
  SchemaEnd end = SchemaEnd::committed;
  Proven proven;  ///< of its inverse
};

/// Runs the step from its beginning, or (`open`) from where it was left: what a crash left invalid is dropped first, a statement that the server
/// still runs for a runner that died is waited for.
/// @param script  its one statement
/// @param down    script of its inverse, fit for a unit
/// @throws Failure failed: PostgreSQL refused the statement (its row is rolled back, nothing is left), or something of its name is there already;
///         paused: somebody stays in the way
StepEnd run_step(Environment& environment, WritingRun& run, const MigrationFolder& folder, const std::string& what, const std::optional<std::string>& down,
                 const OpenStep* open, RecordedStates& states, const SchemaLimits& limits);

}  // namespace tidemark::engine::schema
