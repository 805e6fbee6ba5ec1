#include "engine/audit/story.h"

#include <algorithm>

namespace tidemark::engine::audit {
namespace {

using namespace journal;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string n(std::uint64_t count, const char* what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

const char* name(WorkKind work) {
  switch (work) {
    case WorkKind::convert: return "convert";
    case WorkKind::rollback: return "rollback";
    case WorkKind::redo: return "redo";
  }
  return "?";
}

std::string chunk(const ChunkIntended& e) {
  std::string text = std::string(name(e.work)) + " " + e.conversion + ": " + n(e.subjects, "profile") + ", " + n(e.rows, "row");
  if (e.closes) text += ", keys up to " + e.closes->hi;
  if (!e.deferred.empty()) text += ", " + std::to_string(e.deferred.size()) + " deferred (locked by others)";
  return text;
}

/// A redo in part is recorded as what is still reverted: its changes are inserts.
std::string reverted(const SubjectReverted& e) {
  const auto back = static_cast<std::uint64_t>(std::count_if(e.changes.list.begin(), e.changes.list.end(), [](const auto& c) { return c.op == Op::insert; }));
  if (back > 0) return n(back, "row") + " brought back, " + std::to_string(e.left) + " of ours stand";
  return n(e.changes.list.size(), "row") + " undone" + (e.left == 0 ? "" : ", " + std::to_string(e.left) + " left (conflicts)");
}

std::string columns(const TableShape& table, const Row& row) {
  std::string text;
  for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
    text += " " + table.columns[i].name + "=" + row[i].value_or("NULL");
  }
  return text;
}

}  // namespace

std::string summary(const Event& event) {
  return std::visit(
      Overloaded{
          [](const JournalOpened& e) { return "journal " + to_string(e.journal) + " of database " + e.database + " on system " + e.system + ", by " + e.program; },
          [](const RunStarted& e) { return e.verb + (e.arguments.empty() ? "" : " " + e.arguments) + ", by " + e.user + "@" + e.host + " pid " + std::to_string(e.pid) + ", " + e.program + (e.log_file.empty() ? "" : ", log " + e.log_file); },
          [](const RunPaused& e) { return "stopped cleanly: " + e.why; },
          [](const RunEnded& e) { return "exit code " + std::to_string(e.exit_code) + ", " + e.state; },
          [](const LeaseTaken& e) { return "epoch " + std::to_string(e.epoch) + (e.from.empty() ? "" : ", from " + e.from); },
          [](const LeaseReleased& e) { return "epoch " + std::to_string(e.epoch); },
          [](const UnitSettled& e) { return "had committed at " + to_string(e.committed_at) + " (" + e.how + ")"; },
          [](const UnitVoided& e) { return "changed nothing: " + e.why; },
          [](const UnitReinstated& e) { return "counts again, committed at " + to_string(e.committed_at) + ": " + e.why; },
          [](const Reconciled& e) { return e.finding + ": " + e.decision; },
          [](const CheckRecorded& e) { return e.name + ": " + e.result + ", " + e.detail; },
          [](const BackupRecorded& e) { return e.path + ", " + std::to_string(e.bytes) + " bytes, proof: " + e.proof; },
          [](const PlanSealed& e) { return hex(e.plan) + ", " + n(e.profiles, "profile"); },
          [](const MigrationStarted& e) { return e.name; },
          [](const MigrationIntended& e) { return (e.revert ? "undo of " : "") + e.name + ", checksum " + hex(e.checksum).substr(0, 12) + (e.proof.empty() ? "" : ", inverse " + e.source + (e.source.empty() ? "" : ", ") + e.proof); },
          [](const MigrationApplied& e) { return e.name; },
          [](const MigrationRefused& e) { return e.name + (e.sqlstate.empty() ? "" : " (" + e.sqlstate + ")") + ": " + e.message; },
          [](const MigrationReverted& e) { return e.name; },
          [](const SubjectConverted& e) { return n(e.changes.list.size(), "link") + " created, " + std::to_string(e.rejected.size()) + " rejected"; },
          [](const SubjectSkipped& e) { return e.reason + ", " + std::to_string(e.rejected.size()) + " rejected"; },
          [](const SubjectRefused& e) { return e.reason + (e.sqlstate.empty() ? "" : " (" + e.sqlstate + ")") + ": " + e.message; },
          [](const SubjectReverted& e) { return reverted(e); },
          [](const RevertConflict& e) { return e.conflict + (e.forced ? ", undone all the same (forced)" : ", kept"); },
          [](const ChunkIntended& e) { return chunk(e); },
          [](const ChunkCommitted& e) { return "at " + to_string(e.committed_at) + " by the target's clock"; },
          [](const Throttled& e) { return e.cause + ": " + e.action; },
          [](const ProbeSampled& e) { return e.name + " " + e.sample; },
          [](const PhaseEnded& e) { return e.conversion.empty() ? "phase " + e.phase : e.conversion + " " + e.phase + ": " + n(e.seen, "profile") + " looked at"; },
          [](const ProcedureStarted& e) { return "the runbook" + (e.environment.empty() ? "" : ", " + e.environment) + ", by " + e.user + "@" + e.host + ", " + e.program; },
          [](const PassStarted& e) {
            return e.conversion + " " + e.pass + ": " + std::to_string(e.done) + " of " + (e.estimated ? "about " : "") + std::to_string(e.total) + " on record" + (e.window.empty() ? "" : ", works " + e.window);
          },
          [](const PhaseStarted& e) { return "phase " + e.phase + ", by " + e.user + "@" + e.host + " pid " + std::to_string(e.pid) + ", log " + e.log_file; },
          [](const GateDecided& e) { return e.gate + ": " + e.decision + " by " + e.user + "@" + e.host + " (" + e.how + ")" + (e.reason.empty() ? "" : ": " + e.reason); },
          [](const TargetRestored& e) { return e.database + " from " + e.backup + ": " + e.stage + (e.stage == "begun" ? ", " + n(e.units, "unit") + " of " + n(e.profiles, "profile") + " will be lost" : "") + (e.differences.empty() ? "" : ": " + e.differences.front()); },
          [](const StepRecorded& e) { return (e.when.empty() ? "" : e.when + " " + e.phase + ": ") + e.name + ": " + e.state + (e.end.empty() ? "" : ", " + e.end); },
          [](const MonitorJudged& e) {
            return e.purpose + " " + e.state + (e.criterion.empty() ? "" : " " + e.criterion) + (e.verdict.empty() ? "" : ", " + e.verdict) + (e.detail.empty() ? "" : ": " + e.detail);
          },
          [](const TestsRan& e) { return e.name + ": " + e.verdict + ", " + e.detail; },
          [](const Note& e) { return e.text; },
          [](const SchemaSnapshotted& e) { return "schema " + hex(e.schema).substr(0, 12) + ", " + n(e.added.size(), "line") + (e.base == Digest{} ? "" : " changed since " + hex(e.base).substr(0, 12)); },
          [](const RowsArchived& e) { return n(e.rows.size(), "row") + " of " + e.object + " (" + e.what + "), by " + e.migration; },
          [](const RowsRestored& e) { return n(e.rows, "row") + " of " + e.migration + " brought back" + (e.conflicts ? ", " + n(e.conflicts, "conflict") : std::string()); },
          [](const SubjectErased& e) {
            return e.events.empty() ? std::string("erased on request: only its digest is left") : n(e.events.size(), "event") + " about it erased" + (e.why.empty() ? "" : ": " + e.why);
          },
          [](const TargetMoved& e) { return "the target is database " + e.database + " on system " + e.system + " from here on, was " + e.from_database + " on " + e.from_system; },
          [](const HistoryIntended& e) {
            std::string rows;
            for (std::size_t i = 0; i < e.names.size(); ++i) rows += (i ? ", " : "") + e.names[i] + " " + e.becomes[i];
            return e.purpose + ": " + rows + (e.why.empty() ? "" : "; " + e.why);
          },
          [](const HistoryWritten& e) { return e.name; },
          [](const StepEnded& e) { return e.name + " " + e.outcome + (e.proof.empty() ? "" : ": " + e.proof) + (e.message.empty() ? "" : ": " + e.message + (e.sqlstate.empty() ? "" : " (SQLSTATE " + e.sqlstate + ")")); },
          [](const DriftFound& e) {
            std::string list;
            for (const auto& one : e.objects) list += (list.empty() ? "" : "; ") + one;
            return "the schema was changed by others: " + list + (e.touched.empty() ? "" : " (" + n(e.touched.size(), "object") + " of these stopped us)");
          },
          [](const TableDescribed& e) { return "table " + std::to_string(e.shape.no) + " is " + e.shape.schema + "." + e.shape.name; },
      },
      event);
}

std::vector<std::string> row_lines(const Event& event, const std::map<std::uint32_t, TableShape>& tables) {
  std::vector<std::string> lines;
  const auto each = [&](const RowChange& change) {
    const auto table = tables.find(change.table);
    if (table == tables.end()) return;
    if (change.op != Op::insert) lines.push_back("- " + table->second.name + columns(table->second, change.before));
    if (change.op != Op::remove) lines.push_back("+ " + table->second.name + columns(table->second, change.after));
  };
  if (const auto* converted = std::get_if<SubjectConverted>(&event)) {
    for (const auto& change : converted->changes.list) each(change);
  } else if (const auto* reverted = std::get_if<SubjectReverted>(&event)) {
    for (const auto& change : reverted->changes.list) each(change);
  } else if (const auto* conflict = std::get_if<RevertConflict>(&event)) {
    if (const auto table = tables.find(conflict->table); table != tables.end()) {
      lines.push_back("expected " + table->second.name + columns(table->second, conflict->expected));
      lines.push_back(conflict->found.empty() ? "found    nothing" : "found    " + table->second.name + columns(table->second, conflict->found));
    }
  }
  return lines;
}

const std::vector<Rejection>* rejected_of(const Event& event) {
  if (const auto* converted = std::get_if<SubjectConverted>(&event)) return &converted->rejected;
  if (const auto* skipped = std::get_if<SubjectSkipped>(&event)) return &skipped->rejected;
  return nullptr;
}

bool has_reason(const Event& event, const std::string& reason) {
  if (const auto* e = std::get_if<SubjectSkipped>(&event); e && e->reason == reason) return true;
  if (const auto* e = std::get_if<SubjectRefused>(&event)) return e->reason == reason || e->sqlstate == reason;
  if (const auto* e = std::get_if<RevertConflict>(&event)) return e->conflict == reason;
  const auto* list = rejected_of(event);
  return list && std::any_of(list->begin(), list->end(), [&](const auto& r) { return r.reason == reason; });
}

std::string rejections(const Event& event) {
  std::string text;
  if (const auto* list = rejected_of(event)) {
    for (const auto& r : *list) text += (text.empty() ? "" : ", ") + (r.key.empty() ? std::string("\"\"") : r.key) + " (" + r.reason + ")";
  }
  return text;
}

}  // namespace tidemark::engine::audit
