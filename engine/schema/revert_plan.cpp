#include "engine/schema/revert_plan.h"

#include <algorithm>
#include <map>
#include <variant>

#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

constexpr const char* kDoing = "planning the way back";
constexpr const char* kSafe = "Nothing was undone.";

struct Recorded {
  journal::MigrationIntended intended;
  journal::Seq seq = 0;
  journal::UnitId unit;
};

/// Migrations that we applied and did not undo, by the id of their row.
std::map<std::string, Recorded> recorded(const journal::Reader* journal) {
  std::map<std::string, Recorded> found;
  if (!journal) return found;
  for (const auto& migration : journal->migrations()) {
    if (!migration.applied) continue;
    const auto record = journal->event(migration.intent);
    if (!record) continue;
    auto event = journal::decode(*record);
    if (auto* intended = std::get_if<journal::MigrationIntended>(&event)) {
      const auto id = intended->history_id;
      found[id] = {std::move(*intended), migration.intent, migration.unit};
    }
  }
  return found;
}

}  // namespace

std::vector<RevertStep> plan_revert(const History& history, const std::vector<MigrationFolder>& folders, const journal::Reader* journal,
                                    const std::string& to) {
  refuse_failed(history);
  const bool to_start = to == "start";
  if (!to_start && !history.applied(to)) {
    throw Failure(ExitCode::failed, kDoing, "migration " + to, "it isn't applied, so there is nothing to go back to", kSafe,
                  "tidemark status --json lists what is applied");
  }
  const auto ours = recorded(journal);
  std::vector<RevertStep> steps;
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (!row->applied()) continue;
    if (history.applied(row->name) != &*row) continue;  // a second row of the same name: undone with the newest
    if (!to_start && row->name == to) break;
    RevertStep step;
    step.name = row->name;
    step.history_id = row->id;
    step.checksum = row->checksum;
    const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == row->name; });
    const auto known = ours.find(row->id);
    if (folder != folders.end()) step.forward = folder->script;
    if (known != ours.end()) step.unit = known->second.unit;
    if (known != ours.end()) step.forward = known->second.intended.script;
    if (known != ours.end() && (!known->second.intended.inverse.empty() || !known->second.intended.source.empty())) {
      step.script = known->second.intended.inverse;
      const auto& intended = known->second.intended;
      step.source = "event #" + std::to_string(known->second.seq) + (intended.source.empty() ? "" : " (" + intended.source + ", " + intended.proof + ")");
      step.before = intended.before;
      step.after = intended.after;
    } else if (folder != folders.end() && folder->down) {
      step.script = *folder->down;
      step.source = folder->name + "/down.sql";
    } else if (to_start && folder == folders.end() && known == ours.end()) {
      break;
    } else {
      throw Failure(ExitCode::failed, kDoing, "migration " + row->name,
                    folder == folders.end() ? "it has no folder, and the journal has no inverse of it" : "it has no down.sql, and the journal has no inverse of it",
                    kSafe, "write " + row->name + "/down.sql, or choose a later migration to go back to");
    }
    step.script = in_unit(step.script, step.source + " (inverse of " + step.name + ")");
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<RevertStep> plan_revert(Session& session, const std::vector<MigrationFolder>& folders, const journal::Reader* journal,
                                    const std::string& to) {
  return plan_revert(read_history(session), folders, journal, to);
}

}  // namespace tidemark::engine::schema
