#include "journal/erase.h"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>

#include "journal/chain.h"
#include "journal/connection.h"
#include "journal/erased.h"
#include "journal/file_system.h"
#include "journal/layout.h"
#include "journal/lock_file.h"
#include "journal/projection.h"
#include "journal/store.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

std::vector<Record> find(Statements& sql, const Subject& subject) {
  std::vector<Record> out;
  Query row(sql, "SELECT " TIDEMARK_EVENT_COLUMNS " FROM event e INDEXED BY event_subject WHERE e.subject = ? AND e.version > 0 ORDER BY e.seq", subject_key(subject));
  while (row.next())
    if (Record record = read_record(row); may_be_erased(record.kind)) out.push_back(std::move(record));
  return out;
}

void replace(SQLite::Database& db, Statements& sql, const std::vector<Record>& records) {
  // The triggers keep out everything but this; they are back before the transaction is.
  db.exec("DROP TRIGGER event_no_update");
  for (const Record& record : records)
    Query(sql, "UPDATE event SET version = 0, payload = ? WHERE seq = ?", Bytes{encode(Remains{sha256(record.payload), record.version})}, record.seq).run();
  db.exec(kNoUpdate);
}

Record erased_event(const Head& head, const std::function<UtcMicros()>& clock, const std::vector<Record>& records, const Subject& subject, const std::string& why) {
  SubjectErased event{{}, why};
  for (const Record& record : records) event.events.push_back(record.seq);
  Draft drafted = draft(event, {}, subject);
  Record out;
  out.seq = head.seq + 1;
  out.kind = drafted.kind;
  out.version = drafted.version;
  out.at = std::max(clock(), head.at);
  out.subject = subject;
  out.chain = Digest{};
  out.payload = std::move(drafted.payload);
  out.chain = chain_value(head.chain, out, drafted.payload_sha256);
  return out;
}

}  // namespace

std::vector<Seq> erasable(const std::string& path, const Subject& subject) {
  const auto db = open_for_reading(path);
  return guarded(*db, path, "reading a subject of", [&] {
    Statements sql(*db);
    std::vector<Seq> out;
    for (const Record& record : find(sql, subject)) out.push_back(record.seq);
    return out;
  });
}

Seq erase(const std::string& path, const std::string& holder, const std::function<UtcMicros()>& clock, const Subject& subject, const std::string& why) {
  if (!exists(path)) throw JournalError(JournalError::Kind::missing, "no journal at " + path);
  refuse_network_file_system(path);
  const LockFile lock(path, holder);
  const auto db = open_for_writing(path);
  return guarded(*db, path, "erasing in", [&]() -> Seq {
    agree_on_kinds(*db, path);
    const Head head = read_head(*db, path);
    db->exec("PRAGMA secure_delete = ON");  // what is freed in a page is overwritten with zeros
    {
      Statements sql(*db);
      SQLite::Transaction whole(*db, SQLite::TransactionBehavior::IMMEDIATE);
      const auto records = find(sql, subject);
      if (records.empty()) return 0;
      for (const Record& record : records)
        if (Query(sql, "SELECT 1 FROM unit WHERE unit = ? AND state = 0", record.unit.value).next())
          throw JournalError(JournalError::Kind::io, "erasing in journal " + path + ": unit " + to_string(record.unit) +
                                                         " is in doubt, and settling it may need what would be erased: any writing command settles it");
      replace(*db, sql, records);
      const Record event = erased_event(head, clock, records, subject, why);
      Projection projection(*db);
      insert_record(sql, event);
      projection.fold(event);
      projection.save();
      whole.commit();
    }
    // The log still held the pages as they were, and a reader keeps it from being emptied: then the next writer's clean stop does it.
    db->execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
    return head.seq + 1;
  });
}

}  // namespace tidemark::journal
