#pragma once
/// A directory of migrations in Prisma's format: NAME/migration.sql, and down.sql beside it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::engine::schema {

struct MigrationFolder {
  std::string name;
  std::string script;               ///< text of migration.sql, see text_of()
  std::uint64_t bytes = 0;          ///< of the file
  std::string checksum;             ///< of the script, as Prisma writes it
  std::optional<std::string> down;  ///< text of down.sql

  /// Is `stored`, a checksum from the history, one of this script, in any of the forms that Prisma accepts?
  bool matches(std::string_view stored) const;
};

/// All migrations, in Prisma's order. Every sub-directory counts, hidden ones too, except a room of code (one with a
/// CMakeLists.txt and without migration.sql: a conversion). Symbolic links to directories inside don't count, as with Prisma.
/// @throws Failure failed: no such directory, a folder without migration.sql (Prisma's P3015), a migration_lock.toml of another
///         provider, a symbolic link that leads out of the directory, a file that can't be read or holds a NUL byte
std::vector<MigrationFolder> read_migrations(const std::string& directory);

}  // namespace tidemark::engine::schema
