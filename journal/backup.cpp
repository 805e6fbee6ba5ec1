#include "journal/backup.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "journal/connection.h"
#include "journal/file_identity.h"
#include "journal/file_system.h"

namespace tidemark::journal {

namespace {

void must(int code) {
  if (code != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(code), code);
}

/// In large pieces, where the file is all of the journal: nothing stands in its log, and behind a reader's lock nobody carries into the file
/// what comes into the log meanwhile. @return false: something stands there, or there is no log; nothing was written
bool copy_file(SQLite::Database& source, SQLite::Database& target) {
  constexpr sqlite3_int64 kPiece = 1 << 16;  // its file layer writes at most 128 KiB at once
  SQLite::Transaction one_moment(source);
  source.execAndGet("SELECT count(*) FROM main.sqlite_schema");
  auto* log = file_of(source, SQLITE_FCNTL_JOURNAL_POINTER);
  auto* from = file_of(source);
  auto* to = file_of(target);
  sqlite3_int64 logged = 0, size = 0;
  if (!log || !from || !to) return false;
  must(log->pMethods->xFileSize(log, &logged));
  if (logged != 0) return false;
  must(from->pMethods->xFileSize(from, &size));
  std::vector<char> piece(static_cast<std::size_t>(std::min(kPiece, size)));
  for (sqlite3_int64 at = 0; at < size; at += kPiece) {
    const int bytes = static_cast<int>(std::min(kPiece, size - at));
    must(from->pMethods->xRead(from, piece.data(), bytes, at));
    must(to->pMethods->xWrite(to, piece.data(), bytes, at));
  }
  must(to->pMethods->xSync(to, SQLITE_SYNC_NORMAL));
  return true;
}

void copy_into(SQLite::Database& source, const std::string& to) {
  make_private_file(to);
  try {
    SQLite::Database target(to, SQLite::OPEN_READWRITE);
    if (copy_file(source, target)) return;
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
