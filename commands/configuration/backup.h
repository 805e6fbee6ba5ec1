#pragma once
/// [backup] of tidemark.toml.

#include <string>

namespace tidemark::commands {

class Section;

struct BackupSection {
  std::string directory;          ///< empty: backups/ beside the journal
  std::string prove = "restore";  ///< restore, list, none; also what counts as proven
  std::string scratch_url;        ///< a server on which a scratch database may be made; empty: the target's. Without a password
  std::string programs;           ///< PostgreSQL's folder of programs; empty: PATH
  unsigned max_age_h = 24;
  unsigned jobs = 2;              ///< of pg_restore
  unsigned keep = 0;              ///< proven ones; older ones go after the next proven one. 0: all are kept
  bool require_backup = false;    ///< deploy and convert refuse without one
  bool operator==(const BackupSection&) const = default;
};
/// @param file  relative paths count from its folder
void read_backup(Section& section, BackupSection& into, const std::string& file);

}  // namespace tidemark::commands
