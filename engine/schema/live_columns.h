#pragma once
/// Columns of a table as they are now, and which of them tell its rows apart.

#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

struct LiveColumn {
  std::string name, type, fallback;  ///< name: quoted; fallback: the default's expression
  bool computed = false, key = false;
};

/// In the table's order. The key is the primary key, else the narrowest unique one that can't hold NULLs.
/// @param without  columns that the key must not have: they are about to go
std::vector<LiveColumn> live_columns(Session& session, const std::string& table, const std::vector<std::string>& without = {});

}  // namespace tidemark::engine::schema
