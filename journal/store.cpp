#include "journal/store.h"

#include <SQLiteCpp/Transaction.h>

#include "journal/codec.h"
#include "journal/layout.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

void write_batch(SQLite::Database& db, Statements& sql, Projection& projection, std::span<const Record> batch) {
  SQLite::Transaction whole(db, SQLite::TransactionBehavior::IMMEDIATE);
  for (const Record& record : batch) {
    insert_record(sql, record);
    projection.fold(record);
  }
  projection.save();
  whole.commit();
}

void run_checkpoint(SQLite::Database& db) {
  // Another reader may keep the log from being emptied; what is in it is safe all the same.
  db.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// A journal of an earlier program has no index of kinds: it is read without, and gets one from the first that writes in it.
void index_kinds(SQLite::Database& db) {
  SQLite::Statement there(db, "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'event_kind'");
  if (!there.executeStep()) db.exec(kIndexOfKinds);
}

}  // namespace

void agree_on_kinds(SQLite::Database& db, const std::string& path) {
  std::map<std::uint64_t, std::string> known;
  SQLite::Statement each(db, "SELECT code, name FROM kind");
  while (each.executeStep()) known.emplace(each.getColumn(0).getInt64(), each.getColumn(1).getString());
  for (const auto& [code, name] : known)
    if (code > UINT16_MAX || kind_name(static_cast<std::uint16_t>(code)).empty())
      throw JournalError(JournalError::Kind::newer, "journal " + path + " has events of kind " + name + " (" +
                                                        std::to_string(code) +
                                                        "), which this program doesn't know: use the newer program");
  SQLite::Statement add(db, "INSERT INTO kind VALUES (?, ?)");
  for_each_kind([&](std::uint16_t code, std::string_view name) {
    if (known.contains(code)) return;
    add.bind(1, int{code});
    add.bind(2, std::string(name));
    add.exec();
    add.reset();
  });
}

Store::Store(const std::string& path)
    : path_(path),
      db_(open_for_writing(path)),
      head_(guarded(*db_, path, "opening", [&] { return read_head(*db_, path); })),
      sql_(*db_),
      projection_(guarded(*db_, path, "opening", [&] { return Projection(*db_); })) {
  guarded(*db_, path, "opening", [&] { 
    agree_on_kinds(*db_, path);
    index_kinds(*db_);
  });
}

void Store::make(const std::string& path, const Record& first) {
  const auto db = open_unchecked_for_writing(path);
  guarded(*db, path, "making", [&] {
    make_layout(*db);
    prepare_for_writing(*db, path);
    Statements sql(*db);
    Projection projection(*db);
    write_batch(*db, sql, projection, {&first, 1});
    run_checkpoint(*db);
  });
}

void Store::commit(std::span<const Record> batch) {
  guarded(*db_, path_, "appending to", [&] { write_batch(*db_, sql_, projection_, batch); });
}

void Store::checkpoint() {
  guarded(*db_, path_, "checkpointing", [&] { run_checkpoint(*db_); });
}

}  // namespace tidemark::journal
