#include "engine/runbook/monitor/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tidemark::engine::runbook::monitor {
namespace {

constexpr std::size_t kLongestLine = 16384;
constexpr std::size_t kTail = 64;

}  // namespace

LogFile::LogFile(std::string path, const std::optional<LogPlace>& from, std::function<void(std::string_view)> line)
    : path_(std::move(path)), line_(std::move(line)), lines_(kLongestLine, [this](std::string_view text) { line_(text); }, LineSplitter::Rest::dropped) {
  if (!open()) return;
  struct stat now {};
  if (::fstat(fd_, &now) != 0) return;
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (!from) {
    offset_ = whole_ = size;
  } else if (from->device == device_ && from->inode == inode_ && from->offset <= size) {
    offset_ = whole_ = from->offset;
  }
  // Else: rotated while nobody watched; the new file is read from its beginning.
  tail_.resize(std::min<std::uint64_t>(kTail, offset_));
  if (::pread(fd_, tail_.data(), tail_.size(), static_cast<off_t>(offset_ - tail_.size())) != static_cast<ssize_t>(tail_.size())) tail_.clear();
}

LogFile::~LogFile() { close(); }

bool LogFile::open() {
  // O_NONBLOCK: a pipe put in the log's place must not hold us up.
  fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat now {};
  if (fd_ < 0 || ::fstat(fd_, &now) != 0 || !S_ISREG(now.st_mode)) {
    state_ = fd_ < 0 && errno == ENOENT ? "missing" : "unreadable";
    close();
    return false;
  }
  device_ = now.st_dev;
  inode_ = now.st_ino;
  offset_ = whole_ = 0;
  tail_.clear();
  state_ = "following";
  return true;
}

void LogFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void LogFile::remember(std::string_view read) {
  tail_.append(read.substr(read.size() > kTail ? read.size() - kTail : 0));
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
}

bool LogFile::rewritten() const {
  if (tail_.empty()) return false;
  std::array<char, kTail> there{};
  const auto size = ::pread(fd_, there.data(), tail_.size(), static_cast<off_t>(offset_ - tail_.size()));
  return size != static_cast<ssize_t>(tail_.size()) || std::string_view(there.data(), tail_.size()) != tail_;
}

void LogFile::read_to_end() {
  struct stat now {};
  if (::fstat(fd_, &now) != 0) return;
  if (static_cast<std::uint64_t>(now.st_size) < offset_ || rewritten()) {
    lines_.end();
    offset_ = whole_ = 0;
    tail_.clear();
  }
  std::array<char, 65536> buffer;
  while (true) {
    const auto size = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    lines_.take(bytes);
    remember(bytes);
    if (const auto newline = bytes.rfind('\n'); newline != std::string_view::npos) whole_ = offset_ + newline + 1;
    offset_ += bytes.size();
  }
}

void LogFile::poll() {
  if (fd_ < 0) {
    if (!open()) return;
    read_to_end();
    return;
  }
  read_to_end();
  struct stat there {};
  if (::stat(path_.c_str(), &there) != 0) {
    state_ = "missing";  // renamed or removed: what is still written to it is read
    return;
  }
  state_ = "following";
  if (there.st_dev == device_ && there.st_ino == inode_) return;
  read_to_end();  // what was written between the two looks
  lines_.end();
  close();
  if (open()) read_to_end();
}

LogPlace LogFile::place() const { return {state_, 0, device_, inode_, whole_}; }

}  // namespace tidemark::engine::runbook::monitor
