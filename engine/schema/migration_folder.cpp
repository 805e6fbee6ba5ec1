#include "engine/schema/migration_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/errors.h"
#include "engine/schema/checksum.h"
#include "engine/schema/name_order.h"

namespace tidemark::engine::schema {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& object, const std::string& answer, const std::string& next) {
  throw Failure(ExitCode::failed, "reading migrations", object.string(), answer, "Nothing was run.", next);
}

std::string read_file(const fs::path& path) {
  // Asked before it is opened: a pipe would keep us waiting.
  if (std::error_code error; fs::exists(path, error) && !fs::is_regular_file(path, error)) refuse(path, "it is not a regular file", "put the file itself there");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  if (in && in.peek() != std::ifstream::traits_type::eof()) bytes << in.rdbuf();
  if (!in.is_open() || in.bad() || bytes.bad()) {
    refuse(path, errno ? std::strerror(errno) : "it can't be read", "make it a readable file");
  }
  return bytes.str();
}

/// The place that a path leads to, if that is below `root`.
void stay_inside(const fs::path& path, const fs::path& root) {
  std::error_code error;
  const auto real = fs::canonical(path, error);
  if (error) refuse(path, error.message(), "");
  const auto [end, _] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  if (end != root.end()) refuse(path, "a symbolic link leads out of the directory, to " + real.string(), "put the file itself there");
}

std::string read_script(const fs::path& path, const fs::path& root, std::uint64_t* size = nullptr) {
  stay_inside(path, root);
  const std::string bytes = read_file(path);
  if (size) *size = bytes.size();
  if (bytes.find('\0') != std::string::npos) refuse(path, "it holds a NUL byte, which PostgreSQL takes in no text", "save it as UTF-8");
  return text_of(bytes);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (error && status.type() != fs::file_type::not_found) refuse(path, error.message(), "");
  return fs::exists(status);
}

/// The value of `provider`, the only key that the file has. A line of TOML: key = "value", perhaps a comment.
std::string provider_of(const std::string& toml) {
  std::istringstream lines(toml);
  for (std::string line; std::getline(lines, line);) {
    const auto key = line.find_first_not_of(" \t\xEF\xBB\xBF");
    if (key == std::string::npos || line.compare(key, 8, "provider") != 0) continue;
    const auto equals = line.find_first_not_of(" \t", key + 8);
    if (equals == std::string::npos || line[equals] != '=') continue;
    const auto open = line.find_first_of("\"'", equals);
    if (open == std::string::npos) return {};
    const auto close = line.find(line[open], open + 1);
    return close == std::string::npos ? std::string() : line.substr(open + 1, close - open - 1);
  }
  return {};
}

void check_lock(const fs::path& directory, const fs::path& root) {
  const auto path = directory / "migration_lock.toml";
  if (!is_there(path)) return;
  const auto provider = provider_of(read_script(path, root));
  if (provider != "postgresql") {
    refuse(path, "its provider is " + (provider.empty() ? "not named" : "\"" + provider + "\"") + ", these migrations are not for PostgreSQL",
           "point --migrations at those of this database");
  }
}

}  // namespace

bool MigrationFolder::matches(std::string_view stored) const { return checksum_matches(script, stored); }

std::vector<MigrationFolder> read_migrations(const std::string& directory) {
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  fs::directory_iterator entries;
  if (!error) entries = fs::directory_iterator(root, error);
  if (error) refuse(directory, error.message(), "point --migrations at the directory that holds the migrations' folders");
  check_lock(directory, root);

  std::vector<MigrationFolder> found;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto name = entries->path().filename();
    const auto path = fs::path(directory) / name;
    if (entries->is_symlink() && fs::is_directory(path)) stay_inside(path, root);
    if (entries->is_symlink() || !entries->is_directory()) continue;
    if (!is_there(path / "migration.sql")) {
      if (is_there(path / "CMakeLists.txt")) continue;
      refuse(path, "the folder has no migration.sql (Prisma's P3015)", "put migration.sql back, or remove the folder");
    }
    MigrationFolder folder;
    folder.name = name.string();
    folder.script = read_script(path / "migration.sql", root, &folder.bytes);
    folder.checksum = checksum(folder.script);
    if (is_there(path / "down.sql")) folder.down = read_script(path / "down.sql", root);
    found.push_back(std::move(folder));
  }
  if (error) refuse(directory, error.message(), "");
  std::sort(found.begin(), found.end(), [before = name_order()](const auto& a, const auto& b) { return before(a.name, b.name); });
  return found;
}

}  // namespace tidemark::engine::schema
