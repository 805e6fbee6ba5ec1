#pragma once
/// The target's backups, as several verbs ask for them.

#include <optional>
#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/runbook/backup_file.h"

namespace tidemark::commands {

using engine::runbook::BackupRecorded;

/// --directory, or the configuration, or backups/ beside the journal.
std::string backup_directory(Door& door, const engine::Identity& target, const std::string& given = {});

/// Those on disk and those that the journal names, each once, youngest first, whatever has become of the files.
std::vector<BackupRecorded> known_backups(Door& door, const engine::Identity& target, const std::string& directory, const journal::Reader* journal);

/// The youngest that is whole and proven as the configuration asks.
/// @param thorough  its bytes are read and compared with its SHA-256
std::optional<BackupRecorded> youngest_proven(Door& door, const engine::Identity& target, const journal::Reader* journal, bool thorough);

/// Is it younger than max_age_h?
bool young_enough(Door& door, const BackupRecorded& backup);

/// "3 h 20 min": how long before now, by the target's clock as far as ours agrees with it.
std::string age_of(const BackupRecorded& backup);

/// As it is recorded.
journal::Draft draft_of(const BackupRecorded& backup);

/// For deploy and convert, when there is no proven backup younger than max_age_h: with require_backup they are refused before they
/// begin; else a run that has begun is told so in one line.
/// @throws Failure check
void insist_on_backup(Door& door, bool begun);

/// What was backed up before there was a journal, or while it was locked, is recorded by the next run.
void bind_backups(Door& door, const engine::Identity& target, engine::WritingRun& run);

}  // namespace tidemark::commands
