#include "journal/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace tidemark::journal {

namespace {

std::string content(int fd) {
  char text[512];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  std::string line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return line.substr(0, line.find('\n'));
}

/// Who asks is_locked() shares the lock for an instant, and is no holder: tried again, 200 times at most. @return false: errno tells
bool take(int fd) {
  for (int tries = 200; ::flock(fd, LOCK_EX | LOCK_NB) != 0; --tries) {
    if (errno != EWOULDBLOCK) return false;
    if (::flock(fd, LOCK_SH | LOCK_NB) != 0) return false;  // somebody has it for himself
    if (tries == 0) {
      errno = EWOULDBLOCK;
      return false;
    }
    ::flock(fd, LOCK_UN);
    ::usleep(1000);
  }
  return true;
}

}  // namespace

LockFile::LockFile(const std::string& journal_path, const std::string& holder) {
  const std::string path = beside(journal_path, ".lock");
  const auto refuse = [&](const std::string& doing) {
    const int error = errno;
    if (fd_ >= 0) ::close(fd_);
    throw JournalError(JournalError::Kind::io, doing + " " + path + ": " + system_answer(error));
  };
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) refuse("opening the lock file");
  if (!take(fd_)) {
    if (errno != EWOULDBLOCK) refuse("locking");
    const std::string who = content(fd_);
    ::close(fd_);
    throw JournalError(JournalError::Kind::locked, "journal " + journal_path + " is in use by " +
                                                       (who.empty() ? "another process" : who) + " (it holds " + path +
                                                       ")");
  }
  // Also what a holder that was killed left behind is overwritten here.
  const std::string line = holder + "\n";
  if (::fchmod(fd_, 0600) != 0 || ::ftruncate(fd_, 0) != 0 ||
      ::pwrite(fd_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
    refuse("writing the lock file");
}

bool is_locked(const std::string& journal_path) {
  const int fd = ::open(beside(journal_path, ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool locked = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return locked;
}

LockFile::~LockFile() {
  if (::ftruncate(fd_, 0) != 0) {  // the name of a holder that is gone: harmless, the lock decides
  }
  ::close(fd_);
}

}  // namespace tidemark::journal
