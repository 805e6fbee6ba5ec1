#pragma once
/// Declared conversions whose folders have a stamp: each stands at its place among the migrations, by the names' order. The built-in one, and one
/// without a stamp, stand nowhere.

#include <memory>
#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/conversion/declared.h"
#include "engine/conversion/standing.h"

namespace tidemark::commands {

struct DataStep {
  std::string name;  ///< of the folder
  std::shared_ptr<const engine::conversion::Declared> conversion;  // shared: what one holds is copied with the list
};

/// In order. @throws Failure usage: one of them is declared wrongly
std::vector<DataStep> data_steps(Door& door);

/// "5,001 orders to do, 1 order refused"
std::string text_of(const DataStep& step, const engine::conversion::Standing& standing);

/// One line of the history: a migration or a data step.
struct HistoryEntry {
  std::string name, kind;  ///< kind: schema, data
  std::string state;       ///< applied, pending, failed, done, to_do, left (some refused or rolled back), waiting (its source is still to come)
  std::string detail;      ///< empty: nothing to say
};
/// Migrations and data steps in one sequence. The data steps' subjects are counted or, of a large table, estimated.
std::vector<HistoryEntry> history_of(engine::Session& session, const std::vector<engine::schema::MigrationFolder>& folders, const std::vector<std::string>& applied,
                                     const std::vector<std::string>& failed, const std::vector<DataStep>& steps, const journal::Reader* journal);
Json json_of(const std::vector<HistoryEntry>& history);

}  // namespace tidemark::commands
