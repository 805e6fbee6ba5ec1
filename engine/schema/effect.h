#pragma once
#include "engine/reconcile.h"
#include "engine/schema/prisma_history.h"

namespace tidemark::engine::schema {

/// What is there of a schema unit, by its row in `_prisma_migrations`, which committed with it.
Effect effect_of(const History& history, const journal::MigrationIntended& intent);

}  // namespace tidemark::engine::schema
