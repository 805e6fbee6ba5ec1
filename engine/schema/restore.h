#pragma once
/// Archived rows put back where they were, when their tables are there again.

#include <functional>
#include <string>
#include <vector>

#include "engine/schema/kept.h"
#include "engine/target.h"

namespace tidemark::engine::schema {

struct Restored {
  std::uint64_t rows = 0;
  std::uint64_t conflicts = 0;
  std::vector<std::string> named;  ///< the first kNamedConflicts of them: "public.users {7}: the row has gone"
  void conflict(const std::string& what);
  /// How many more there are than are named; "" for none: "and 7 more".
  std::string unnamed() const;
};
constexpr std::size_t kNamedConflicts = 100;

/// Inside a unit. Triggers of people's own don't fire. A row that stands there already with the same values counts as back.
/// @param fresh  the columns and tables were made by this very transaction: what stands in them is nobody's work
/// @param after_each  called after each piece that was put back
Restored restore(Session& session, const Kept& kept, bool fresh, const std::function<void()>& after_each = {});

}  // namespace tidemark::engine::schema
