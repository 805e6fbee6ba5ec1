#pragma once
#include <stdexcept>
#include <string>

namespace tidemark::journal {

/// Everything that can be wrong with a journal. SQLite's exceptions end here.
class JournalError : public std::runtime_error {
 public:
  enum class Kind {
    missing,   ///< no such file (and it was not to be created)
    locked,    ///< another process of ours holds the lock file; `what()` names it
    foreign,   ///< not a Tidemark journal, or one of another target
    damaged,   ///< a stored value is not what was written (chain, codec, SQLite's own structure)
    torn,      ///< the file is shorter than it says
    newer,     ///< written by a newer program; `what()` names both versions
    io,        ///< the operating system refused (full disk, permissions, read-only, network file system)
  };
  JournalError(Kind what_kind, const std::string& what) : std::runtime_error(what), kind(what_kind) {}
  const Kind kind;
};

}  // namespace tidemark::journal
