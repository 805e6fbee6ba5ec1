#include <algorithm>
#include <filesystem>

#include "commands/verbs/restore.h"
#include "commands/verbs/tell.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::Failure;

Loss loss_since(const BackupRecorded& backup, const journal::Reader* journal, engine::Session& session) {
  Loss loss;
  if (journal) {
    for (const auto& unit : journal->units(journal::UnitState::committed)) {
      if (unit.committed_at <= backup.taken_at) continue;
      ++loss.units;
      ++loss.kinds[unit.work + " " + unit.name];
      journal::Filter filter;
      filter.from = filter.to = unit.intent;
      journal->for_each(filter, [&](const journal::Record& record) {
        const auto event = journal::decode(record);
        if (const auto* chunk = std::get_if<journal::ChunkIntended>(&event)) loss.profiles += chunk->subjects;
        return true;
      });
    }
  }
  session.begin_reading();
  auto now = engine::runbook::count_rows(session);
  session.rollback();
  for (const auto& [table, rows] : backup.rows) {
    const auto found = now.find(table);
    if (found == now.end() || found->second != rows) loss.rows.push_back(table + ": " + grouped(static_cast<std::int64_t>(rows)) + " in the backup, " + (found == now.end() ? "none" : grouped(static_cast<std::int64_t>(found->second))) + " now");
  }
  for (const auto& [table, rows] : now) {
    if (!backup.rows.contains(table)) loss.rows.push_back(table + ": none in the backup, " + grouped(static_cast<std::int64_t>(rows)) + " now");
  }
  return loss;
}

void tell(Door& door, const BackupRecorded& backup, const Loss& loss) {
  line("restore   " + printable(door.connection().display) + (door.configuration.environment.empty() ? "" : " [" + printable(door.configuration.environment) + "]"));
  line("  from    " + printable(backup.path) + ", " + age_of(backup) + " old, proof: " + backup.proof);
  line("  lost    whatever was written since " + to_string(backup.taken_at) + ", by anybody");
  line("          by the journal " + std::to_string(loss.units) + " units, in them " + grouped(static_cast<std::int64_t>(loss.profiles)) + " profiles");
  for (const auto& [kind, units] : loss.kinds) line("            " + printable(kind) + ": " + std::to_string(units) + " units");
  for (const auto& table : loss.rows) line("          rows of " + printable(table));
}

Json json_of(const Loss& loss) {
  Json kinds = Json::object(), rows = Json::array();
  for (const auto& [kind, units] : loss.kinds) kinds.set(kind, units);
  for (const auto& table : loss.rows) rows.push(table);
  return Json::object({{"units", loss.units}, {"profiles", loss.profiles}, {"kinds", std::move(kinds)}, {"rows", std::move(rows)}});
}

std::optional<journal::TargetRestored> open_restore(const journal::Reader& journal) {
  std::optional<journal::TargetRestored> open;
  journal::Filter newest;
  newest.kind = journal::TargetRestored::kCode;
  newest.newest_first = true;
  newest.limit = 1;
  journal.for_each(newest, [&](const journal::Record& record) {
    open = std::get<journal::TargetRestored>(journal::decode(record));
    return false;
  });
  if (open && (open->stage == "done" || open->stage == "given_up")) return std::nullopt;
  return open;
}

BackupRecorded backup_to_restore(Door& door, const Restore& options, const engine::Identity& target, const journal::Reader* journal, const std::optional<journal::TargetRestored>& open) {
  const auto refused = [&](const std::string& object, const std::string& answer) { return Failure(ExitCode::check, "choosing the backup", object, answer, "Nothing was changed.", "tidemark backup --list"); };
  std::optional<BackupRecorded> found;
  if (!options.backup.empty()) {
    const auto path = std::filesystem::absolute(options.backup).lexically_normal().string();
    found = engine::runbook::read_sidecar(engine::runbook::sidecar_of(path));
    if (!found) throw refused(path, "its identity beside it, " + engine::runbook::sidecar_of(path) + ", can't be read: it is no backup of tidemark");
  } else if (open) {
    for (auto& known : known_backups(door, target, backup_directory(door, target), journal)) {
      if (known.sha256 == open->sha256) found = std::move(known);
    }
    if (!found) throw refused(open->backup, "a restore from it was begun, and nothing is known of it any more; name another one");
  } else {
    found = youngest_proven(door, target, journal, true);
    if (!found) throw refused(backup_directory(door, target), "there is no proven backup of " + target.database);
  }
  if (found->database != target.database || (!found->system.empty() && !target.system.empty() && found->system != target.system)) {
    throw refused(found->path, "it is a backup of database " + found->database + " on system " + found->system + "; this is " + target.database + " on system " + target.system);
  }
  if (open && open->sha256 == found->sha256 && open->stage == "swapped") return *found;  // its bytes are in place
  const auto wrong = engine::runbook::what_is_wrong(*found, true, [&] { return door.stop().requested(); });
  if (!wrong.empty()) throw refused(found->path, wrong);
  return *found;
}

}  // namespace tidemark::commands
