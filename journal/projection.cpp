#include "journal/projection.h"

#include "journal/codec.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

[[noreturn]] void illegal(const Record& record, const std::string& what) {
  throw IllegalEvent("event " + std::to_string(record.seq) + " (" + std::string(kind_name(record.kind)) + "): " + what);
}

bool about_a_subject(std::uint16_t kind) {
  return kind == SubjectConverted::kCode || kind == SubjectSkipped::kCode || kind == SubjectRefused::kCode ||
         kind == SubjectReverted::kCode;
}

/// Kinds whose payload the fold reads; the others, most of all events, cost nothing here.
bool is_folded(std::uint16_t kind) {
  switch (kind) {
    case JournalOpened::kCode:
    case RunStarted::kCode:
    case RunPaused::kCode:
    case RunEnded::kCode:
    case LeaseTaken::kCode:
    case UnitSettled::kCode:
    case UnitVoided::kCode:
    case UnitReinstated::kCode:
    case MigrationIntended::kCode:
    case MigrationApplied::kCode:
    case MigrationReverted::kCode:
    case HistoryIntended::kCode:
    case HistoryWritten::kCode:
    case ChunkIntended::kCode:
    case ChunkCommitted::kCode:
    case PhaseEnded::kCode:
    case TableDescribed::kCode:
    case TargetMoved::kCode:
      return true;
    default:
      return false;
  }
}

}  // namespace

Projection::Projection(SQLite::Database& db) : sql_(db) {
  Query head(sql_, "SELECT seq, chain, epoch, receipts, receipts_digest, (SELECT max(run) FROM run) FROM head");
  if (!head.next()) throw JournalError(JournalError::Kind::damaged, "the journal's head is missing");
  seq_ = head.number(0);
  chain_ = head.digest(1);
  epoch_ = head.number(2);
  receipts_ = {head.number(3), head.number(4)};
  run_ = head.number(5);
}

void Projection::save() {
  Query(sql_, "UPDATE head SET seq = ?, chain = ?, epoch = ?, receipts = ?, receipts_digest = ?", seq_, chain_, epoch_,
        receipts_.count, receipts_.digest)
      .run();
}

void Projection::fold(const Record& record, const Event* event) {
  if (record.seq != seq_ + 1) illegal(record, "does not follow event " + std::to_string(seq_));
  if ((record.seq == 1) != (record.kind == JournalOpened::kCode))
    illegal(record, "journal_opened is the first event, and only that");
  if (record.run != 0 && record.run != run_ && record.kind != RunStarted::kCode)
    illegal(record, "belongs to run " + std::to_string(record.run) + ", the newest is " + std::to_string(run_));
  count_block(record);
  if (event) {
    apply(record, *event);
  } else if (is_folded(record.kind)) {
    apply(record, decode(record));
  }
  seq_ = record.seq;
  chain_ = record.chain;
}

void Projection::apply(const Record& record, const Event& event) {
  std::visit([&](const auto& e) { on(record, e); }, event);
}

void Projection::count_block(const Record& record) {
  if (about_a_subject(record.kind) && (!record.unit || record.subject.empty()))
    illegal(record, "a subject's record needs a unit and a subject");
  if (record.unit != block_) {
    block_ = record.unit;
    block_events_ = 0;
    // A record behind its unit's intent would take effect without being part of what was intended.
    if (about_a_subject(record.kind) && Query(sql_, "SELECT 1 FROM unit WHERE unit = ?", record.unit.value).next())
      illegal(record, "unit " + to_string(record.unit) + " has its intent already");
  }
  ++block_events_;
}

void Projection::on(const Record&, const JournalOpened&) {}

void Projection::on(const Record& record, const RunStarted& event) {
  if (record.run != record.seq) illegal(record, "a run is numbered by its first event");
  run_ = record.run;
  Query(sql_, "INSERT INTO run VALUES (?, ?, ?, 'running', NULL, 0)", run_, event.verb, record.at.value).run();
}

void Projection::on(const Record& record, const RunPaused&) { end_run(record, "paused", std::nullopt); }
void Projection::on(const Record& record, const RunEnded& event) { end_run(record, event.state, event.exit_code); }

void Projection::end_run(const Record& record, const std::string& state, std::optional<std::uint32_t> exit_code) {
  if (record.run == 0) illegal(record, "belongs to no run");
  // Paused, a run may still say with which exit code it ended; ended, nothing more.
  const int changed =
      exit_code
          ? Query(sql_, "UPDATE run SET state = ?, exit_code = ?, ended_us = ? WHERE run = ? AND exit_code IS NULL",
                  state, *exit_code, record.at.value, record.run)
                .run()
          : Query(sql_, "UPDATE run SET state = ?, ended_us = ? WHERE run = ? AND exit_code IS NULL", state,
                  record.at.value, record.run)
                .run();
  if (changed == 0) illegal(record, "run " + std::to_string(record.run) + " has ended already");
}

void Projection::on(const Record& record, const LeaseTaken& event) {
  if (event.epoch <= epoch_)
    illegal(record, "epoch " + std::to_string(event.epoch) + " is not above " + std::to_string(epoch_));
  epoch_ = event.epoch;
}

void Projection::on(const Record& record, const PhaseEnded& event) {
  Query(sql_, "INSERT INTO phase VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq", event.conversion,
        event.phase, record.seq)
      .run();
}

// A row beside the runbook's phases: an older program made the tables.
void Projection::on(const Record& record, const TargetMoved&) {
  Query(sql_, "INSERT INTO phase VALUES ('', 'target_moved', ?) ON CONFLICT DO UPDATE SET seq = excluded.seq", record.seq).run();
}

void Projection::on(const Record& record, const TableDescribed& event) {
  if (Query(sql_, "INSERT OR IGNORE INTO table_shape VALUES (?, ?)", event.shape.no, record.seq).run() == 0)
    illegal(record, "table " + std::to_string(event.shape.no) + " is described already");
}

}  // namespace tidemark::journal
