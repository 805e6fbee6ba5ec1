#include "journal/stored.h"

#include "journal/errors.h"

namespace tidemark::journal {

Record read_record(const Query& row) {
  Record record;
  read_record(row, record);
  return record;
}

void read_record(const Query& row, Record& record) {
  record.seq = row.number(0);
  try {
    record.run = row.number(1);
    const std::uint64_t kind = row.number(2), version = row.number(3);
    if (kind > UINT16_MAX || version > UINT32_MAX)
      throw JournalError(JournalError::Kind::damaged, "a kind or version out of range");
    record.kind = static_cast<std::uint16_t>(kind);
    record.version = static_cast<std::uint32_t>(version);
    record.at.value = row.integer(4);
    record.unit = UnitId(row.number(5));
    record.subject = row.key(6);
    record.payload = row.bytes(7);
    record.chain = row.digest(8);
  } catch (const JournalError& e) {
    throw JournalError(e.kind, "event " + std::to_string(record.seq) + ": " + e.what());
  }
}

std::optional<Record> find_record(Statements& statements, Seq seq) {
  Query row(statements, "SELECT " TIDEMARK_EVENT_COLUMNS " FROM event e WHERE e.seq = ?", seq);
  if (!row.next()) return std::nullopt;
  return read_record(row);
}

void insert_record(Statements& statements, const Record& r) {
  Query(statements, "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", r.seq, r.run, r.kind, r.version, r.at.value,
        r.unit.value, subject_key(r.subject), Bytes{r.payload}, r.chain)
      .run();
}

}  // namespace tidemark::journal
