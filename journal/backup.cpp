#include "journal/backup.h"

#include <SQLiteCpp/Backup.h>

#include <filesystem>

#include "journal/connection.h"
#include "journal/file_system.h"

namespace tidemark::journal {

void backup(const std::string& from, const std::string& to) {
  const auto source = open_for_reading(from);
  if (std::filesystem::exists(to)) throw JournalError(JournalError::Kind::io, to + " exists already; a backup never replaces a file");
  make_private_file(to);
  try {
    SQLite::Database target(to, SQLite::OPEN_READWRITE);
    SQLite::Backup copy(target, *source);
    copy.executeStep(-1);
  } catch (const SQLite::Exception& error) {
    throw translate(error, nullptr, to, "copying the journal to");
  }
}

}  // namespace tidemark::journal
