#pragma once
/// The way to the database for a child command: an address without password, and the password in a file that libpq reads.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/runbook/process.h"

namespace tidemark::engine::runbook {

/// The password file (mode 0600, in $XDG_RUNTIME_DIR, $TMPDIR or /tmp) is there as long as this lives. One that a killed program
/// left behind is removed by the next that is made.
class ChildDatabase {
 public:
  /// @param conninfo  libpq's keyword or URI form. A key's passphrase (sslpassword) is not handed on: libpq reads it from no file.
  /// @throws TargetError connection if it can't be read; std::system_error if the file can't be written
  explicit ChildDatabase(const std::string& conninfo);
  ~ChildDatabase();
  ChildDatabase(const ChildDatabase&) = delete;
  ChildDatabase& operator=(const ChildDatabase&) = delete;

  const std::string& conninfo() const { return conninfo_; }  ///< keyword=value, for an argument of pg_dump
  const std::string& url() const { return url_; }
  /// Gives a child PGPASSFILE, and hides the password from what it inherits.
  void password_for(ChildCommand& command) const;
  /// The same, and DATABASE_URL.
  void give(ChildCommand& command) const;

 private:
  std::string conninfo_, url_, password_, file_;
};

}  // namespace tidemark::engine::runbook
