#pragma once

#include <span>

#include "journal/connection.h"
#include "journal/projection.h"

namespace tidemark::journal {

/// A program that knows more kinds wrote here: this one's fold would pass over them. One that knew fewer: tell it ours.
/// @throws JournalError newer, SQLite::Exception
void agree_on_kinds(SQLite::Database& db, const std::string& path);

/// The open file as the writer sees it: batches of events go in whole, with their projections, or not at all.
/// Used by one thread at a time.
class Store {
 public:
  /// An existing journal, checked; a write-ahead log that a killed process left is taken up by SQLite here.
  explicit Store(const std::string& path);
  /// A new one in an empty file, with the layout and `first` in it and nothing in the write-ahead log.
  static void make(const std::string& path, const Record& first);

  /// In one synced transaction. @throws JournalError io, IllegalEvent; then none of them is in
  void commit(std::span<const Record> batch);
  void checkpoint();
  const Head& head_at_opening() const { return head_; }

 private:
  std::string path_;
  std::unique_ptr<SQLite::Database> db_;
  Head head_;
  Statements sql_;
  Projection projection_;
};

}  // namespace tidemark::journal
