#include "engine/runbook/backup.h"

#include <filesystem>

#include "commands/verbs/backups.h"
#include "commands/verbs/tell.h"
#include "engine/runbook/recorder.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
namespace runbook = engine::runbook;

std::string size_of(const BackupRecorded& backup) { return grouped(static_cast<std::int64_t>(backup.bytes)) + " bytes"; }

Json json_of(const BackupRecorded& backup) {
  Json rows = Json::object();
  for (const auto& [table, count] : backup.rows) rows.set(table, count);
  return Json::object({{"path", backup.path}, {"taken_at", to_string(backup.taken_at)}, {"database", backup.database}, {"system", backup.system}, {"server_version", backup.server_version},
                       {"dumped_by", backup.dumped_by}, {"bytes", backup.bytes}, {"sha256", journal::hex(backup.sha256)}, {"proof", backup.proof}, {"rows", std::move(rows)}});
}

int list(Door& door, const engine::Identity& target, const std::string& directory, const journal::Reader* journal) {
  Json all = Json::array();
  const auto backups = known_backups(door, target, directory, journal);
  for (const auto& backup : backups) {
    const auto wrong = runbook::what_is_wrong(backup, true, [&] { return door.stop().requested(); });
    if (door.globals.json) {
      all.push(json_of(backup).set("wrong", wrong.empty() ? Json() : Json(wrong)));
    } else {
      line(to_string(backup.taken_at) + "  " + printable(backup.path) + "  " + size_of(backup) + "  proof: " + backup.proof + (wrong.empty() ? "" : "  NOT USABLE: " + printable(wrong)));
    }
  }
  if (door.globals.json) print(Json::object({{"directory", directory}, {"backups", std::move(all)}}));
  else if (backups.empty()) line("no backup of " + printable(target.database) + " in " + printable(directory));
  return 0;
}

/// A backup that stays in the journal alone is none: what is deleted was on disk, proven, and is older than `keep` others.
void remove_old(Door& door, const engine::Identity& target, const std::string& directory) {
  unsigned kept = 0;
  for (const auto& backup : runbook::backups_in(directory, target.database, target.system)) {
    if (!runbook::proven(backup, "restore") || ++kept <= door.configuration.backup.keep) continue;
    std::error_code ignored;
    std::filesystem::remove(runbook::sidecar_of(backup.path), ignored);
    std::filesystem::remove(backup.path, ignored);
    door.console().say(engine::Observer::Level::info, "removed " + backup.path + ": keep = " + std::to_string(door.configuration.backup.keep));
  }
}

}  // namespace

int run(Door& door, const Backup& options) {
  const auto& configured = door.configuration.backup;
  auto& environment = door.environment();
  const auto target = door.reading().connect("backup", true)->identity();
  const auto directory = backup_directory(door, target, options.directory);
  const auto journal = door.journal(target, true);
  if (options.list) return list(door, target, directory, journal.get());

  runbook::BackupRequest request;
  request.directory = directory;
  request.conninfo = door.connection().conninfo;
  request.prove = options.prove.empty() ? configured.prove : options.prove;
  request.programs = configured.programs;
  request.jobs = configured.jobs;
  request.check_space = !options.no_space_check;
  if (const auto& scratch = options.scratch_url.empty() ? configured.scratch_url : options.scratch_url; !scratch.empty()) {
    const auto connection = parse_connection(scratch, process_environment());
    for (const auto& secret : connection.secrets) door.redactor.add(secret);
    request.scratch_conninfo = connection.conninfo;
  }
  const auto result = runbook::take_backup(environment, door.reading(), request);
  const auto& backup = result.backup;

  std::string bound;
  if (journal) {
    try {
      runbook::Recorder recorder(door.journal_path(target), "tidemark backup", environment.clock, environment.executor, environment.stop, 5000);
      bound = "#" + std::to_string(recorder.record(std::vector{draft_of(backup)}).seq);
    } catch (const journal::JournalError& error) {
      if (error.kind != journal::JournalError::Kind::locked) throw;
    }
  }
  if (request.prove == "restore" && result.unproven.empty() && configured.keep > 0) remove_old(door, target, directory);

  const auto code = result.unproven.empty() ? ExitCode::done : ExitCode::check;
  if (door.globals.json) {
    Json differences = Json::array();
    for (const auto& difference : result.differences) differences.push(difference);
    print(json_of(backup).set("ok", result.unproven.empty()).set("unproven", result.unproven.empty() ? Json() : Json(result.unproven)).set("differences", std::move(differences)));
    return static_cast<int>(code);
  }
  std::uint64_t rows = 0;
  for (const auto& [table, count] : backup.rows) rows += count;
  line("backup    " + printable(backup.path));
  line("  of      " + printable(backup.database) + " on PostgreSQL " + printable(backup.server_version) + " as of " + to_string(backup.taken_at));
  line("  holds   " + grouped(static_cast<std::int64_t>(rows)) + " rows of " + std::to_string(backup.rows.size()) + " tables in " + size_of(backup));
  line("  sha256  " + journal::hex(backup.sha256));
  line("  proof   " + std::string(backup.proof == "restore" ? "restored into a scratch database: same tables, same counts" : backup.proof == "list" ? "pg_restore --list reads it; it was not restored" : "none"));
  line("  journal " + (!bound.empty() ? "event " + bound : journal ? "a run is writing it: the next one binds it in" : "there is none yet: the first run binds it in"));
  for (const auto& difference : result.differences) line("  differs " + printable(difference));
  if (!result.unproven.empty()) line("NOT PROVEN: " + printable(result.unproven));
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
