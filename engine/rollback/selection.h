#pragma once
/// Which subjects a rollback looks at, a chunk at a time, without holding them all in memory.

#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

class Selection {
 public:
  Selection(const journal::Reader& journal, const std::string& conversion, const RollbackOptions& options);
  Keys next();  ///< empty: that was all

 private:
  const journal::Reader& journal_;
  std::string conversion_;
  const RollbackOptions& options_;
  Seq after_ = 0, end_ = 0;  ///< of `all`: what this rollback itself records is not looked at again
  std::size_t at_ = 0;
};

}  // namespace tidemark::engine::rollback
