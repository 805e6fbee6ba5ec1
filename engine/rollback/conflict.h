#pragma once
/// What stands in the way of one row's undo or redo, and its sentence for people.

#include <string>
#include <string_view>

namespace tidemark::engine::rollback {

enum class OnConflict {
  skip,   ///< keep the row, report it
  stop,   ///< undo nothing more
  force,  ///< remove it all the same, after recording what it was; not for redo
};

struct Conflict {
  std::string subject, table, key, kind;  ///< kind: one that explain() knows
  std::string answer;                     ///< the target's, of restricted and refused; else which rows or record it is about
  bool forced = false;                    ///< overwritten all the same; or there was nothing to overwrite
};

/// One sentence: what was found. Empty for a kind that isn't one.
std::string_view explain(std::string_view kind);

}  // namespace tidemark::engine::rollback
