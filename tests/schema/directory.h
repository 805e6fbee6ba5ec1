#pragma once
/// A directory of a test's own, written file by file.

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace tidemark::tests {

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-schema.XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp: " + name);
    path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  Directory& file(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return *this;
  }
  Directory& migration(const std::string& name, const std::string& sql) { return file(name + "/migration.sql", sql); }
  Directory& migration(const std::string& name, const std::string& sql, const std::string& down) {
    return migration(name, sql).file(name + "/down.sql", down);
  }
  Directory& link(const std::string& name, const std::filesystem::path& to) {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::filesystem::create_symlink(to, path_ / name);
    return *this;
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace tidemark::tests
