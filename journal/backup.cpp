#include "journal/backup.h"

#include <SQLiteCpp/Backup.h>

#include <filesystem>

#include "journal/connection.h"
#include "journal/file_system.h"

namespace tidemark::journal {

namespace {

void copy_into(SQLite::Database& source, const std::string& to) {
  make_private_file(to);
  try {
    SQLite::Database target(to, SQLite::OPEN_READWRITE);
    SQLite::Backup copy(target, source);
    copy.executeStep(-1);
  } catch (const SQLite::Exception& error) {
    throw translate(error, nullptr, to, "copying the journal to");
  }
}

}  // namespace

void backup(const std::string& from, const std::string& to) {
  const auto source = open_for_reading(from);
  if (std::filesystem::exists(to)) throw JournalError(JournalError::Kind::io, to + " exists already; a backup never replaces a file");
  copy_into(*source, to);
}

void keep_copy(const std::string& from, const std::string& to) {
  const auto source = open_for_reading(from);
  make_directories_above(to);
  const std::string unfinished = to + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) remove_file(unfinished + suffix);
  copy_into(*source, unfinished);
  for (const char* suffix : {"-wal", "-shm"}) remove_file(to + suffix);  // of somebody who read the old one: they would be taken for the new one's
  replace_file(unfinished, to);
}

}  // namespace tidemark::journal
