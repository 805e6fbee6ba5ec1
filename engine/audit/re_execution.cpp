#include "engine/audit/re_execution.h"

#include <algorithm>
#include <set>

#include "engine/audit/re_executed_rows.h"
#include "engine/errors.h"
#include "engine/postgres/quote.h"
#include "engine/schema/fresh_labels.h"
#include "engine/schema/restore.h"
#include "engine/schema/prisma_history.h"
#include "engine/schema/proof.h"

namespace tidemark::engine::audit {
namespace {

using journal::UnitInfo;

constexpr const char* kHalf = "What was done until then stays in the scratch database; the target and the journal were not touched.";
constexpr const char* kAgain = "drop the scratch database, make it anew, and run the same command again";
constexpr Pins kScratchPins{0, 0, 0};

std::string unit_text(const UnitInfo& unit) { return "unit " + to_string(unit.unit) + ", " + unit.work + " " + unit.name + ", intent #" + std::to_string(unit.intent); }

void commit(Session& session, const std::string& name, const UnitInfo& unit) {
  if (session.commit() == CommitAnswer::committed) return;
  throw Failure(ExitCode::failed, "doing the journal again", name, "it did not commit " + unit_text(unit), kHalf, kAgain);
}

/// What a schema unit recorded beside its snapshots.
struct SchemaRecords {
  journal::MigrationIntended intended;
  std::optional<journal::RowsRestored> restored;
};
SchemaRecords records_of(const journal::Reader& journal, const UnitInfo& unit) {
  SchemaRecords records;
  journal::Filter filter;
  filter.from = unit.first;
  filter.to = unit.intent;
  filter.unit = unit.unit;
  journal.for_each(filter, [&](const journal::Record& record) {
    if (record.kind != journal::MigrationIntended::kCode && record.kind != journal::RowsRestored::kCode) return true;
    auto event = journal::decode(record);
    if (auto* intended = std::get_if<journal::MigrationIntended>(&event)) records.intended = std::move(*intended);
    if (auto* restored = std::get_if<journal::RowsRestored>(&event)) records.restored = std::move(*restored);
    return true;
  });
  return records;
}

/// Where a journal's unit says when, the history says so too: the times of the server are those of the re-execution.
void date(Session& session, const schema::History& history, const std::string& id, const char* columns, journal::UtcMicros at) {
  session.query("UPDATE " + postgres::quoted_name(history.schema) + "._prisma_migrations SET " + columns + " WHERE id = $1", {id, to_string(at)});
}

void do_schema(Session& session, const journal::Reader& journal, const UnitInfo& unit, ReExecuted& done) {
  const auto [intended, brought] = records_of(journal, unit);
  const auto kept = brought ? schema::Kept(journal, brought->archived) : schema::Kept();
  auto history = schema::read_history(session);
  schema::Restored restored;
  const bool there = std::any_of(history.rows.begin(), history.rows.end(), [&intended = intended](const auto& row) { return row.id == intended.history_id && row.applied(); });
  if (intended.revert) {
    restored = schema::run_inverse(session, intended.script, kScratchPins, kept);
    session.set_pins(kScratchPins);
    for (const auto& row : history.rows) {
      if (row.name == intended.name && row.applied() && schema::record_undone(session, history, row.id)) date(session, history, row.id, "rolled_back_at = $2::pg_catalog.timestamptz", unit.committed_at);
    }
  } else if (there) {  // by Prisma, without the rows that the journal keeps: only these came back
    restored = schema::restore(session, kept, false);
  } else {
    if (!history.exists()) {
      schema::create_history(session);
      session.set_pins(kScratchPins);
      history = schema::read_history(session);
    }
    const auto before = kept.empty() ? schema::CatalogSnapshot() : schema::CatalogSnapshot::take(session);
    session.run_script(intended.script);
    session.set_pins(kScratchPins);
    if (!kept.empty()) schema::remake_grown_enums(session, before, schema::CatalogSnapshot::take(session), kScratchPins);
    restored = schema::restore(session, kept, true);
    schema::record_applied(session, history, intended.history_id, intended.name, journal::hex(intended.checksum), schema::clock_text(session));
    date(session, history, intended.history_id, "started_at = $2::pg_catalog.timestamptz, finished_at = $2::pg_catalog.timestamptz", unit.committed_at);
  }
  ++done.migrations;
  done.not_restored.insert(done.not_restored.end(), restored.named.begin(), restored.named.end());
  if (const auto more = restored.unnamed(); !more.empty()) done.not_restored.push_back(intended.name + ": " + more);
}

}  // namespace

std::vector<UnitId> take_receipts(Session& session, const journal::Reader& journal, Replay& replay, const std::string& name) {
  std::vector<UnitId> units;
  const auto identity = session.identity();
  if (!identity.tidemark) return units;
  const auto refuse = [&](const std::string& answer) {
    throw Failure(ExitCode::failed, "comparing the restored backup with the journal", name, answer, "The scratch database holds the backup as it is; the target and the journal were not touched.",
                  "drop it, make it anew, and name another backup: tidemark backup --list");
  };
  const auto opened = journal.opened();
  if (*identity.tidemark != opened.tidemark) refuse("the backup is of another target: tidemark id " + to_string(*identity.tidemark) + ", the journal's is " + to_string(opened.tidemark));
  std::set<UnitId> counted;
  for (const auto& unit : replay.units()) counted.insert(unit.unit);
  session.for_each_receipt(opened.journal, [&](const Receipt& receipt) {
    if (!receipt.committed) return;
    if (!counted.contains(receipt.unit)) {
      refuse("the backup holds unit " + to_string(receipt.unit) + " (" + receipt.work + ", committed " + to_string(receipt.at) + "), which was not there at that moment");
    }
    units.push_back(receipt.unit);
  });
  session.query("DROP SCHEMA tidemark CASCADE");
  return units;
}

ReExecuted re_execute(Session& session, const journal::Reader& journal, Replay& replay, const std::vector<UnitId>& in_backup, const std::string& name, const std::function<bool()>& stopped) {
  ReExecuted done;
  const std::set<UnitId> there(in_backup.begin(), in_backup.end());
  done.in_backup = there.size();
  RowsAgain rows(session, journal);
  for (const auto& unit : replay.units()) {
    if (there.contains(unit.unit)) continue;
    if (stopped()) throw Failure(ExitCode::paused, "doing the journal again", name, "stopped before " + unit_text(unit), kHalf, kAgain);
    try {
      session.begin_unit(kScratchPins);
      if (unit.work == "apply" || unit.work == "revert") do_schema(session, journal, unit, done);
      else rows.redo(unit, done);
      commit(session, name, unit);
    } catch (const TargetError& error) {
      session.rollback();
      throw Failure(ExitCode::failed, "doing the journal again", name, unit_text(unit) + ": " + error.what(), kHalf,
                    "if the base is not what the journal began with (a table, a role or an extension is missing), " + std::string(kAgain) + " with another backup");
    }
    ++done.units;
  }
  return done;
}

}  // namespace tidemark::engine::audit
