#pragma once
/// Whether a file is a journal, whole, and of a format that is known here.

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace tidemark::journal {

/// @throws JournalError foreign, torn, newer, damaged; SQLite::Exception
void check_identity(SQLite::Database& db, const std::string& path);
/// Short, and no write-ahead log that could hold the rest. @throws SQLite::Exception
bool is_torn(SQLite::Database& db, const std::string& path);

/// SQLite's own descriptor: one of ours, closed, would drop its locks. Null: it has none open.
/// @param which  SQLITE_FCNTL_FILE_POINTER or SQLITE_FCNTL_JOURNAL_POINTER (the log)
sqlite3_file* file_of(SQLite::Database& db, int which = SQLITE_FCNTL_FILE_POINTER);
/// In bytes; 0: there is no such file.
std::int64_t size_of(const std::string& path);

}  // namespace tidemark::journal
