#pragma once
/// A backup on disk: FILE and, beside it, FILE.json with its identity. Without that, or if the two don't agree, it is none.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/events/backup_recorded.h"

namespace tidemark::engine::runbook {

using journal::BackupRecorded;

std::string sidecar_of(const std::string& backup_path);

/// Writes the sidecar, replacing one that is there; synced. @throws std::system_error
void write_sidecar(const BackupRecorded& backup);
/// @param sidecar  its path; the backup's is beside it, wherever it was written first
/// @return nullopt: it is not one that this program wrote, or it can't be read
std::optional<BackupRecorded> read_sidecar(const std::string& sidecar);

/// Those of the database in a directory, youngest first, whatever has become of the files. A directory that isn't there holds none.
/// @param system  empty: any server
std::vector<BackupRecorded> backups_in(const std::string& directory, const std::string& database, const std::string& system);

/// Is the file still what was recorded? @param thorough  reads all of it
/// @return empty: yes; else why not: "it is gone", "it has 10 bytes, not 20", "its SHA-256 is another one"
std::string what_is_wrong(const BackupRecorded& backup, bool thorough, const std::function<bool()>& stopped = {});

/// Is the proof as good as `wanted`? restore > list > none
bool proven(const BackupRecorded& backup, const std::string& wanted);

}  // namespace tidemark::engine::runbook
