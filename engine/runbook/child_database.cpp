#include "engine/runbook/child_database.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "engine/postgres/conninfo.h"

namespace tidemark::engine::runbook {
namespace {

constexpr const char* kPrefix = "tidemark-pgpass-";

std::string directory() {
  for (const char* name : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    if (const char* value = std::getenv(name); value && *value == '/' && ::access(value, W_OK | X_OK) == 0) return value;
  }
  return "/tmp";
}

/// Ours, of a process that is gone.
void remove_leftovers(const std::string& folder) {
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, std::filesystem::directory_options::skip_permission_denied, code)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    pid_t pid = 0;
    const char* from = name.data() + std::string_view(kPrefix).size();
    if (std::from_chars(from, name.data() + name.size(), pid).ec != std::errc{} || pid <= 0) continue;
    struct stat status{};
    if (::lstat(entry.path().c_str(), &status) != 0 || status.st_uid != ::geteuid() || !S_ISREG(status.st_mode)) continue;
    if (::kill(pid, 0) != 0 && errno == ESRCH) ::unlink(entry.path().c_str());
  }
}

std::string write_password(const std::string& password) {
  const std::string folder = directory();
  remove_leftovers(folder);
  std::string path = folder + "/" + kPrefix + std::to_string(::getpid()) + "-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);  // mode 0600
  const auto failed = [&] { return std::system_error(errno, std::generic_category(), "writing the password file " + path); };
  if (fd < 0) throw failed();
  std::string line = "*:*:*:*:";
  for (const char c : password) {
    if (c == ':' || c == '\\') line += '\\';
    line += c;
  }
  line += '\n';
  const bool whole = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const auto error = failed();
  ::close(fd);
  if (!whole) {
    ::unlink(path.c_str());
    throw error;
  }
  return path;
}

}  // namespace

ChildDatabase::ChildDatabase(const std::string& conninfo) {
  auto parts = postgres::shareable(conninfo);
  conninfo_ = std::move(parts.conninfo);
  url_ = std::move(parts.url);
  password_ = std::move(parts.password);
  if (!password_.empty()) file_ = write_password(password_);
}

ChildDatabase::~ChildDatabase() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

void ChildDatabase::password_for(ChildCommand& command) const {
  if (file_.empty()) return;
  command.environment["PGPASSFILE"] = file_;
  command.secrets.push_back(password_);
}

void ChildDatabase::give(ChildCommand& command) const {
  password_for(command);
  command.environment["DATABASE_URL"] = url_;
}

}  // namespace tidemark::engine::runbook
