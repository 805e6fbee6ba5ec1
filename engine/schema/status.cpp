#include "engine/schema/status.h"

#include <algorithm>
#include <set>

#include "engine/schema/kept.h"

namespace tidemark::engine::schema {

SchemaStatus compare(const History& history, const std::vector<MigrationFolder>& folders, const journal::Reader* journal) {
  SchemaStatus status;
  status.history = history.exists();
  std::set<std::string> known, seen;
  for (const auto& folder : folders) {
    known.insert(folder.name);
    const auto rows = [&](auto which) {
      return std::any_of(history.rows.begin(), history.rows.end(), [&](const auto& row) { return row.name == folder.name && which(row); });
    };
    if (const auto* row = history.applied(folder.name)) {
      status.applied.push_back(folder.name);
      if (!folder.matches(row->checksum)) status.changed.push_back(folder.name);
    } else {
      status.pending.push_back(folder.name);
      if (rows([](const HistoryRow& r) { return r.rolled_back; }) && !rows([](const HistoryRow& r) { return r.failed(); })) {
        status.rolled_back.push_back(folder.name);
      }
    }
  }
  for (const auto& row : history.rows) {
    if (row.failed() && seen.insert("failed " + row.name).second) status.failed.push_back(row.name);
    if (row.applied() && !known.contains(row.name) && seen.insert("applied " + row.name).second) status.unknown.push_back(row.name);
  }
  if (journal) {
    for (const auto& migration : journal->migrations()) {
      if (migration.applied && !history.applied(migration.name)) status.lost.push_back(migration.name);
      if (!migration.applied && known.contains(migration.name) && !Kept(*journal, migration.unit).empty()) status.archived.push_back(migration.name);
    }
  }
  return status;
}

SchemaStatus status(Session& session, const std::vector<MigrationFolder>& folders, const journal::Reader* journal) {
  return compare(read_history(session), folders, journal);
}

}  // namespace tidemark::engine::schema
