#pragma once
/// Opening a journal's file through SQLite, and SQLite's answers as ours. Everything that opens one goes through here.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <memory>
#include <string>

#include "journal/errors.h"
#include "journal/ids.h"

namespace tidemark::journal {

/// Read-only; where the directory can't be written and nothing is left in a write-ahead log, as an immutable file.
/// Identity and format are checked. @throws JournalError missing, foreign, damaged, torn, newer, io
std::unique_ptr<SQLite::Database> open_for_reading(const std::string& path);
/// For writing, checked likewise; every commit is synced.
std::unique_ptr<SQLite::Database> open_for_writing(const std::string& path);
/// An empty file that make_private_file() made.
std::unique_ptr<SQLite::Database> open_unchecked_for_writing(const std::string& path);

/// Write-ahead log, synced at each commit. Part of open_for_writing().
void prepare_for_writing(SQLite::Database& db, const std::string& path);

/// The projected head, after checking that the last event is there and follows from the one before.
struct Head {
  std::uint64_t seq = 0;
  Digest chain{};
  UtcMicros at{};
};
/// @throws JournalError damaged, torn
Head read_head(SQLite::Database& db, const std::string& path);

/// SQLite's exception as ours. @param doing  e.g. "reading events of"
[[nodiscard]] JournalError translate(const SQLite::Exception& e, SQLite::Database* db, const std::string& path,
                                     const std::string& doing);

/// Runs `work`; what SQLite throws in it becomes a JournalError.
template <class F>
decltype(auto) guarded(SQLite::Database& db, const std::string& path, const char* doing, F&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& e) {
    throw translate(e, &db, path, doing);
  }
}

}  // namespace tidemark::journal
