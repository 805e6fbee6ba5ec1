#pragma once
/// Where the schema stands: folders against history, without writing anything.

#include <string>
#include <vector>

#include "engine/schema/migration_folder.h"
#include "engine/schema/prisma_history.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

/// Names. Those of folders stand in the folders' order, others in the history's.
struct SchemaStatus {
  bool history = false;                  ///< there is a table _prisma_migrations
  std::vector<std::string> applied;      ///< folders that the history calls applied
  std::vector<std::string> pending;      ///< folders that it doesn't
  std::vector<std::string> failed;       ///< began and neither finished nor were settled: deploy stops (also without folder)
  std::vector<std::string> rolled_back;  ///< folders that were applied once, or tried, and are rolled back: pending as well
  std::vector<std::string> unknown;      ///< applied by the history, without a folder
  std::vector<std::string> changed;      ///< applied, but the file is another one than was run
  std::vector<std::string> archived;     ///< undone by us, with rows in the journal that come back with it: the next deploy does that
  std::vector<std::string> lost;         ///< applied by the journal, but not by the history: somebody resolved or restored it
};

SchemaStatus compare(const History& history, const std::vector<MigrationFolder>& folders, const journal::Reader* journal);

/// @param journal  may be null
SchemaStatus status(Session& session, const std::vector<MigrationFolder>& folders, const journal::Reader* journal);

}  // namespace tidemark::engine::schema
