#pragma once
/// The journal's disk died, or an older copy was put back: what the target still says about units that no journal at hand knows.

#include <functional>
#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

/// A receipt without events. Rows are told by the transaction that wrote them last (xmin): a row that was changed since, or came with a dump, isn't among them.
struct Orphan {
  Receipt receipt;
  std::uint64_t rows = 0;      ///< of `table`, as this unit's transaction wrote them
  std::string migration;       ///< that its transaction applied or undid; empty: none, or not known any more
};

/// Reads only, in one snapshot.
/// @param table  unqualified, as the connection's search_path finds it; one that isn't there has no rows
/// @param known  receipts that a journal has the intents of
std::vector<Orphan> find_orphans(Session& session, const Uuid& journal, const std::string& table, const std::function<bool(const Receipt&)>& known);

}  // namespace tidemark::engine::schema
