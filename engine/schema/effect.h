#pragma once
#include "engine/reconcile.h"
#include "engine/schema/prisma_history.h"
#include "journal/event.h"

namespace tidemark::engine::schema {

/// What is there of a schema unit, by its row in `_prisma_migrations`, which committed with it.
/// @param intent  a migration_intended or history_intended
Effect effect_of(const History& history, const journal::Event& intent);

}  // namespace tidemark::engine::schema
