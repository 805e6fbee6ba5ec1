#pragma once
/// All kinds of events. Adding one: a header in events/, a line here; std::visit then lists the places.

#include <variant>

#include "journal/events/backup_recorded.h"
#include "journal/events/check_recorded.h"
#include "journal/events/chunk_committed.h"
#include "journal/events/chunk_intended.h"
#include "journal/events/drift_found.h"
#include "journal/events/gate_decided.h"
#include "journal/events/history_intended.h"
#include "journal/events/history_written.h"
#include "journal/events/journal_opened.h"
#include "journal/events/lease_released.h"
#include "journal/events/lease_taken.h"
#include "journal/events/migration_applied.h"
#include "journal/events/migration_intended.h"
#include "journal/events/migration_refused.h"
#include "journal/events/migration_reverted.h"
#include "journal/events/migration_started.h"
#include "journal/events/monitor_judged.h"
#include "journal/events/note.h"
#include "journal/events/pass_started.h"
#include "journal/events/phase_ended.h"
#include "journal/events/phase_started.h"
#include "journal/events/plan_sealed.h"
#include "journal/events/probe_sampled.h"
#include "journal/events/procedure_started.h"
#include "journal/events/reconciled.h"
#include "journal/events/revert_conflict.h"
#include "journal/events/rows_archived.h"
#include "journal/events/rows_restored.h"
#include "journal/events/run_ended.h"
#include "journal/events/run_paused.h"
#include "journal/events/run_started.h"
#include "journal/events/schema_snapshotted.h"
#include "journal/events/step_ended.h"
#include "journal/events/step_recorded.h"
#include "journal/events/subject_converted.h"
#include "journal/events/subject_erased.h"
#include "journal/events/subject_refused.h"
#include "journal/events/subject_reverted.h"
#include "journal/events/subject_skipped.h"
#include "journal/events/table_described.h"
#include "journal/events/target_moved.h"
#include "journal/events/target_restored.h"
#include "journal/events/tests_ran.h"
#include "journal/events/throttled.h"
#include "journal/events/unit_reinstated.h"
#include "journal/events/unit_settled.h"
#include "journal/events/unit_voided.h"

namespace tidemark::journal {

using Event = std::variant<JournalOpened,
                           RunStarted,
                           RunPaused,
                           RunEnded,
                           LeaseTaken,
                           LeaseReleased,
                           UnitSettled,
                           UnitVoided,
                           UnitReinstated,
                           Reconciled,
                           CheckRecorded,
                           BackupRecorded,
                           PlanSealed,
                           MigrationStarted,
                           MigrationIntended,
                           MigrationApplied,
                           MigrationRefused,
                           MigrationReverted,
                           SubjectConverted,
                           SubjectSkipped,
                           SubjectRefused,
                           SubjectReverted,
                           RevertConflict,
                           ChunkIntended,
                           ChunkCommitted,
                           Throttled,
                           ProbeSampled,
                           MonitorJudged,
                           PhaseEnded,
                           Note,
                           TableDescribed,
                           SchemaSnapshotted,
                           RowsArchived,
                           RowsRestored,
                           SubjectErased,
                           TargetMoved,
                           ProcedureStarted,
                           PhaseStarted,
                           GateDecided,
                           TargetRestored,
                           StepRecorded,
                           PassStarted,
                           TestsRan,
                           HistoryIntended,
                           HistoryWritten,
                           StepEnded,
                           DriftFound>;

/// The kind's name; for a code that this program doesn't know: empty.
std::string_view kind_name(std::uint16_t code);
/// 0 if there is no such kind.
std::uint16_t kind_code(std::string_view name);

/// Whom a subject's event is about: the source row's key as the server prints it.
using Subject = std::string;

/// An event on its way into the journal. Made by draft() outside the writer's lock.
struct Draft {
  std::uint16_t kind = 0;
  std::uint32_t version = 0;
  UnitId unit;
  Subject subject;  ///< empty: not about one subject
  std::string payload;
  Digest payload_sha256{};
};
Draft draft(const Event& event, UnitId unit = {}, Subject subject = {});
/// The same bytes as with the rows as texts.
using RevertedCells = BasicSubjectReverted<CellChanges>;
Draft draft(const RevertedCells& event, UnitId unit, Subject subject);

/// An event as it stands in the journal.
struct Record {
  Seq seq = 0;
  Run run = 0;
  std::uint16_t kind = 0;
  std::uint32_t version = 0;
  UtcMicros at{};  ///< information; never decides order
  UnitId unit;
  Subject subject;
  std::string payload;
  Digest chain{};
};
/// An erased event is a SubjectErased without events, whatever it was. @throws JournalError damaged | newer
Event decode(const Record& record);
/// A subject_converted with its rows as cells, which point into the record. @return none if it is another kind or erased. @throws like decode()
using ConvertedCells = BasicSubjectConverted<CellChanges>;
std::optional<ConvertedCells> converted_cells(const Record& record);

}  // namespace tidemark::journal
