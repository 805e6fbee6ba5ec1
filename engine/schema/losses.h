#pragma once
/// What a script would drop that holds data.

#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

struct Loss {
  std::string object;  ///< "table public.profile_links", "column public.profile_links.position"
  std::uint64_t rows = 0;
};

/// Inside a unit: runs the script behind a savepoint, sees by the catalog which tables and columns vanished, rolls back to the
/// savepoint, locks their tables (ACCESS EXCLUSIVE: nobody can fill them between the look and the drop) and counts. A renamed
/// object doesn't vanish, a generated column holds nothing of its own, a column of NULLs holds nothing.
/// @return what holds data, and is why the script must not run; empty: it may, in this same transaction
std::vector<Loss> losses_of(Session& session, const std::string& script, const Pins& pins);

}  // namespace tidemark::engine::schema
