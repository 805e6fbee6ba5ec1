#include "commands/verbs/backups.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "commands/terminal.h"

namespace tidemark::commands {
namespace {

std::int64_t age_us(const BackupRecorded& backup) { return engine::Clock::system().utc().value - backup.taken_at.value; }

std::vector<BackupRecorded> recorded(const journal::Reader& journal) {
  std::vector<BackupRecorded> list;
  journal::Filter filter;
  filter.kind = BackupRecorded::kCode;
  filter.subject = journal::kBackupSubject;
  journal.for_each(filter, [&](const journal::Record& record) {
    list.push_back(std::get<BackupRecorded>(journal::decode(record)));
    return true;
  });
  return list;
}

}  // namespace

journal::Draft draft_of(const BackupRecorded& backup) { return journal::draft(backup, {}, std::string(journal::kBackupSubject)); }

std::string backup_directory(Door& door, const engine::Identity& target, const std::string& given) {
  std::string directory = !given.empty() ? given : door.configuration.backup.directory;
  if (directory.empty()) directory = (std::filesystem::path(door.journal_path(target)).parent_path() / "backups").string();
  return std::filesystem::absolute(directory).lexically_normal().string();
}

std::vector<BackupRecorded> known_backups(Door&, const engine::Identity& target, const std::string& directory, const journal::Reader* journal) {
  auto list = engine::runbook::backups_in(directory, target.database, target.system);
  if (journal) {
    for (auto& backup : recorded(*journal)) {
      const auto same = std::ranges::find_if(list, [&](const auto& known) { return known.sha256 == backup.sha256; });
      // A sidecar may have come by its proof after it was recorded, and the other way round.
      if (same == list.end()) list.push_back(std::move(backup));
      else if (engine::runbook::proven(backup, same->proof)) same->proof = backup.proof;
    }
  }
  std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return a.taken_at > b.taken_at; });
  return list;
}

std::optional<BackupRecorded> youngest_proven(Door& door, const engine::Identity& target, const journal::Reader* journal, bool thorough) {
  for (auto& backup : known_backups(door, target, backup_directory(door, target), journal)) {
    if (!engine::runbook::proven(backup, door.configuration.backup.prove)) continue;
    if (engine::runbook::what_is_wrong(backup, thorough, [&] { return door.stop().requested(); }).empty()) return backup;
  }
  return std::nullopt;
}

bool young_enough(Door& door, const BackupRecorded& backup) { return age_us(backup) <= std::int64_t{door.configuration.backup.max_age_h} * 3'600'000'000; }

std::string age_of(const BackupRecorded& backup) {
  const auto minutes = std::max<std::int64_t>(0, age_us(backup)) / 60'000'000;
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 48 * 60) return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(minutes / (24 * 60)) + " days";
}

void insist_on_backup(Door& door, bool begun) {
  const auto& wanted = door.configuration.backup;
  if (wanted.require_backup == begun) return;
  const auto target = door.reading().connect("backup", true)->identity();
  const auto journal = door.journal(target, true);
  const auto found = youngest_proven(door, target, journal.get(), wanted.require_backup);
  if (found && young_enough(door, *found)) return;
  const std::string what = found ? "the youngest proven backup is " + age_of(*found) + " old (" + found->path + "), more than max_age_h = " + std::to_string(wanted.max_age_h)
                                 : "there is no proven backup in " + backup_directory(door, target);
  if (wanted.require_backup) {
    throw engine::Failure(engine::ExitCode::check, "checking for a backup", door.connection().display, what, "Nothing was written.", "tidemark backup");
  }
  door.console().say(engine::Observer::Level::info, what + "; next: tidemark backup");
}

void bind_backups(Door& door, const engine::Identity& target, engine::WritingRun& run) {
  std::set<std::pair<journal::Digest, std::string>> known;
  for (const auto& backup : recorded(run.reader())) known.emplace(backup.sha256, backup.proof);
  for (const auto& backup : engine::runbook::backups_in(backup_directory(door, target), target.database, target.system)) {
    if (!known.contains({backup.sha256, backup.proof}) && engine::runbook::what_is_wrong(backup, false).empty()) run.journal().append(backup, {}, std::string(journal::kBackupSubject));
  }
}

}  // namespace tidemark::commands
