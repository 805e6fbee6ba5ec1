#pragma once
/// Which subjects an undo or redo looks at, a chunk at a time, without holding them all in memory.

#include <map>

#include "engine/rollback/scope.h"

namespace tidemark::engine::rollback {

class Selection {
 public:
  /// The scope is borrowed.
  /// @param from  an undo: no subject's last record is before this event
  Selection(const journal::Reader& journal, const std::string& conversion, const Scope& scope, Direction direction, std::size_t chunk, Seq from = 0);
  Keys next();  ///< empty: that was all

 private:
  Keys named();
  Keys touched();
  Keys rolled_back();
  bool rolled_back_since(const std::string& subject, Seq seq) const;
  const journal::Reader& journal_;
  std::string conversion_;
  const Scope& scope_;
  Direction direction_;
  std::size_t chunk_;
  std::map<std::uint32_t, journal::TableShape> tables_;
  Seq after_ = 0, end_ = 0;  ///< what this undo itself records is not looked at again
  std::size_t at_ = 0;
};

}  // namespace tidemark::engine::rollback
