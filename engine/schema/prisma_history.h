#pragma once
/// `_prisma_migrations`, read and written as Prisma does it. Source: FACTS.md, "Prisma 7's _prisma_migrations".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

struct HistoryRow {
  std::string id, name, checksum;
  std::string started_at;  ///< as the server prints it
  std::string logs;        ///< empty: none
  bool finished = false, rolled_back = false;
  bool applied() const { return finished && !rolled_back; }
  bool failed() const { return !finished && !rolled_back; }  ///< stops `prisma migrate deploy` (P3009)
};

struct History {
  std::string schema;            ///< of the table; empty: there is none
  std::vector<HistoryRow> rows;  ///< in the order in which they were started
  bool exists() const { return !schema.empty(); }
  /// The row by which the migration counts as applied, the newest if there are several; nullptr: none.
  const HistoryRow* applied(std::string_view name) const;
  /// The first row that failed and that nobody settled; but none of `without` (ids).
  const HistoryRow* failed(const std::vector<std::string>& without = {}) const;
};

/// Of the table that the connection's search_path finds. SELECT is enough; no lock is taken.
History read_history(Session& session);

/// @param ours  ids of rows that are no business of the caller's: steps of our own that are to be finished
/// @throws Failure inconclusive if a row failed, naming `tidemark resolve`
void refuse_failed(const History& history, const std::vector<std::string>& ours = {});

// Inside a unit.

/// Makes the table where the connection's search_path creates tables. Only in an empty schema.
/// @throws Failure failed: the schema has tables or types already (Prisma's P3005)
void create_history(Session& session);
/// The same in a schema that isn't empty.
void make_history(Session& session);
/// The server's clock (now() would be the same at the start and the end of a unit).
std::string clock_text(Session& session);
/// @param id  UUID version 4
void record_applied(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum,
                    const std::string& started_at);
// A step outside of transactions is written as Prisma writes every migration: its row first.
void record_started(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum);
/// @return false: the row isn't an unfinished one any more; so for record_given_up, too
[[nodiscard]] bool record_finished(Session& session, const History& history, const std::string& id);
/// @param logs  empty: as they are
[[nodiscard]] bool record_given_up(Session& session, const History& history, const std::string& id, const std::string& logs = {});
/// As `prisma migrate resolve --applied`: no steps, finished when it was started.
void record_resolved(Session& session, const History& history, const std::string& id, const std::string& name, const std::string& checksum);
/// rolled_back_at = now: Prisma lists the migration as pending then. @return false: the row isn't an applied one any more
[[nodiscard]] bool record_undone(Session& session, const History& history, const std::string& id);

}  // namespace tidemark::engine::schema
