#pragma once

#include <string>

namespace tidemark::journal {

/// The right to write to a journal, held as long as this lives and not longer than the process: a lock of the open file
/// `<path>.lock`, a sibling because closing any descriptor of the journal itself would drop SQLite's own locks.
/// The file stays behind; only the lock counts.
class LockFile;
/// Does a process hold the right to write to this journal now? Keeps nobody from taking it, and leaves nothing behind.
bool is_locked(const std::string& journal_path);

class LockFile {
 public:
  /// @param holder  stands in the file, for whom it refuses
  /// @throws JournalError locked (naming the holder), io
  LockFile(const std::string& journal_path, const std::string& holder);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace tidemark::journal
