/// The fold's half about units: intents, outcomes, and what an outcome brings about or takes back.

#include "journal/codec.h"
#include "journal/projection.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

constexpr std::uint64_t kBelow63Bits = (std::uint64_t{1} << 63) - 1;

[[noreturn]] void illegal(const Record& record, const std::string& what) {
  throw IllegalEvent("event " + std::to_string(record.seq) + " (" + std::string(kind_name(record.kind)) + "): unit " +
                     to_string(record.unit) + " " + what);
}

const char* work_name(WorkKind work) {
  switch (work) {
    case WorkKind::convert:
      return "convert";
    case WorkKind::rollback:
      return "rollback";
    case WorkKind::redo:
      return "redo";
  }
  return "";
}

}  // namespace

std::uint64_t receipt_digest(const Digest& chain) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 8; ++i) first = first << 8 | chain[i];
  return first & ~std::uint64_t{0} >> 4;
}

struct Projection::Unit {
  UnitId id;
  std::string name, work;
  Seq first = 0, intent = 0;
  UnitState state = UnitState::in_doubt;
};

void Projection::on(const Record& record, const ChunkIntended& event) {
  if (event.events != block_events_ - 1)
    illegal(record, "says that " + std::to_string(event.events) +
                        " of its events stand right before this one, there are " + std::to_string(block_events_ - 1));
  intend(record, event.conversion, work_name(event.work), record.seq - event.events);
}

void Projection::on(const Record& record, const MigrationIntended& event) {
  intend(record, event.name, event.revert ? "revert" : "apply", record.seq - (block_events_ - 1));
}

void Projection::on(const Record& record, const HistoryIntended& event) {
  if (event.names.size() != event.ids.size() || event.names.size() != event.becomes.size() || event.names.size() != event.checksums.size())
    illegal(record, "has lists of different lengths");
  intend(record, event.name, "history", record.seq - (block_events_ - 1));
}

void Projection::intend(const Record& record, const std::string& name, const std::string& work, Seq first) {
  if (!record.unit) illegal(record, "is none: an intent needs one");
  if (Query(sql_, "INSERT OR IGNORE INTO unit VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)", record.unit.value, record.run, name,
            work, first, record.seq)
          .run() == 0)
    illegal(record, "has an intent already");
  block_ = {};
}

Projection::Unit Projection::find(const Record& record) {
  Query row(sql_, "SELECT name, work, first_seq, intent_seq, state FROM unit WHERE unit = ?", record.unit.value);
  if (!row.next()) illegal(record, "has no intent");
  return {record.unit, row.text(0), row.text(1), row.number(2), row.number(3), static_cast<UnitState>(row.integer(4))};
}

void Projection::on(const Record& record, const ChunkCommitted& event) {
  const Unit unit = find(record);
  if (unit.work == "apply" || unit.work == "revert" || unit.work == "history") illegal(record, "is no chunk, but a migration");
  commit(record, unit, event.committed_at);
}

void Projection::on(const Record& record, const MigrationApplied& event) {
  const Unit unit = find(record);
  if (unit.work != "apply" || unit.name != event.name) illegal(record, "was meant to " + unit.work + " " + unit.name);
  commit(record, unit, event.committed_at);
}

void Projection::on(const Record& record, const MigrationReverted& event) {
  const Unit unit = find(record);
  if (unit.work != "revert" || unit.name != event.name) illegal(record, "was meant to " + unit.work + " " + unit.name);
  commit(record, unit, event.committed_at);
}

void Projection::on(const Record& record, const HistoryWritten& event) {
  const Unit unit = find(record);
  if (unit.work != "history" || unit.name != event.name) illegal(record, "was meant to " + unit.work + " " + unit.name);
  commit(record, unit, event.committed_at);
}

void Projection::on(const Record& record, const UnitSettled& event) {
  commit(record, find(record), event.committed_at);
}

void Projection::commit(const Record& record, const Unit& unit, UtcMicros at) {
  if (unit.state != UnitState::in_doubt) illegal(record, "has an outcome already");
  take_place(record, unit, at);
}

void Projection::on(const Record& record, const UnitReinstated& event) {
  const Unit unit = find(record);
  if (unit.state != UnitState::voided) illegal(record, "was not given up");
  take_place(record, unit, event.committed_at);
}

void Projection::take_place(const Record& record, const Unit& unit, UtcMicros at) {
  block_ = {};
  const auto intent = find_record(sql_, unit.intent);
  if (!intent) illegal(record, "has lost its intent");
  Query(sql_, "UPDATE unit SET state = 1, outcome_seq = ?, committed_us = ? WHERE unit = ?", record.seq, at.value,
        unit.id.value)
      .run();
  receipts_.count += 1;
  receipts_.digest = (receipts_.digest + receipt_digest(intent->chain)) & kBelow63Bits;
  if (intent->kind == ChunkIntended::kCode) add_effects(unit, std::get<ChunkIntended>(decode(*intent)));
}

void Projection::on(const Record& record, const UnitVoided&) {
  const Unit unit = find(record);
  if (unit.state == UnitState::voided) illegal(record, "is voided already");
  block_ = {};
  Query(sql_, "UPDATE unit SET state = 2, outcome_seq = ?, committed_us = 0 WHERE unit = ?", record.seq, unit.id.value)
      .run();
  if (unit.state == UnitState::in_doubt) return;
  const auto intent = find_record(sql_, unit.intent);
  if (!intent) illegal(record, "has lost its intent");
  receipts_.count -= 1;
  receipts_.digest = (receipts_.digest - receipt_digest(intent->chain)) & kBelow63Bits;
  if (intent->kind == ChunkIntended::kCode) take_back(unit, std::get<ChunkIntended>(decode(*intent)));
}

// An open subject is closed by the first committed unit that records it after it was deferred. `event` is the file's,
// which may hold later events: units in the fold know no later intents, so nothing later counts.
#define TIDEMARK_FIRST_RECORD_SINCE                                                                                    \
  "coalesce((SELECT e.unit FROM event e INDEXED BY event_subject CROSS JOIN unit u ON u.unit = e.unit"                 \
  " WHERE e.subject = o.subject AND e.seq > o.seq AND e.kind BETWEEN 20 AND 23 AND u.name = o.conversion AND u.state " \
  "= 1"                                                                                                                \
  " ORDER BY e.seq LIMIT 1), 0)"

void Projection::add_effects(const Unit& unit, const ChunkIntended& intent) {
  count(intent.conversion, intent.tally, true);
  if (intent.closes)
    Query(sql_, "INSERT INTO closed_range VALUES (?, ?, ?, ?)", unit.id.value, intent.conversion,
          intent.closes->lo ? Key{*intent.closes->lo} : Key{}, Key{intent.closes->hi})
        .run();
  if (Query(sql_, "SELECT 1 FROM open_subject WHERE conversion = ? AND closed_by = 0 LIMIT 1", intent.conversion)
          .next())
    Query(sql_,
          "UPDATE open_subject SET closed_by = ?1 WHERE conversion = ?2 AND closed_by = 0 AND EXISTS (SELECT 1 FROM "
          "event e"
          " INDEXED BY event_subject WHERE e.subject = open_subject.subject AND e.seq > open_subject.seq"
          " AND e.seq >= ?3 AND e.seq < ?4 AND e.unit = ?1 AND e.kind BETWEEN 20 AND 23)",
          unit.id.value, intent.conversion, unit.first, unit.intent)
        .run();
  for (const std::string& key : intent.deferred)
    Query(
        sql_,
        "INSERT OR IGNORE INTO open_subject SELECT o.conversion, o.subject, o.unit, o.seq, " TIDEMARK_FIRST_RECORD_SINCE
        " FROM (SELECT ?1 AS conversion, ?2 AS subject, ?3 AS unit, ?4 AS seq) o",
        intent.conversion, Key{key}, unit.id.value, unit.intent)
        .run();
}

void Projection::take_back(const Unit& unit, const ChunkIntended& intent) {
  count(intent.conversion, intent.tally, false);
  Query(sql_, "DELETE FROM closed_range WHERE unit = ?", unit.id.value).run();
  // With a range of it open again the conversion's phases aren't complete any more.
  if (intent.closes) Query(sql_, "DELETE FROM phase WHERE conversion = ?", intent.conversion).run();
  Query(sql_, "DELETE FROM open_subject WHERE unit = ?", unit.id.value).run();
  Query(sql_, "UPDATE open_subject AS o SET closed_by = " TIDEMARK_FIRST_RECORD_SINCE " WHERE closed_by = ?",
        unit.id.value)
      .run();
}

void Projection::count(const std::string& conversion, const Tally& tally, bool forward) {
  for (const auto& [name, value] : tally)
    Query(sql_,
          forward ? "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
                  : "INSERT INTO counter VALUES (?, ?, -?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
          conversion, name, value)
        .run();
}

}  // namespace tidemark::journal
