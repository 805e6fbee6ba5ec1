#pragma once
/// What a restore would take, and what would be lost by it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/verbs/backups.h"
#include "commands/verbs/door.h"
#include "engine/runbook/database_contents.h"
#include "journal/events/target_restored.h"

namespace tidemark::commands {

struct Loss {
  std::uint64_t units = 0, profiles = 0;        ///< committed since the backup, by the journal
  std::map<std::string, std::uint64_t> kinds;   ///< "convert social_links" → units
  std::vector<std::string> rows;                ///< tables that differ from the backup's counts
};
Loss loss_since(const BackupRecorded& backup, const journal::Reader* journal, engine::Session& session);
void tell(Door& door, const BackupRecorded& backup, const Loss& loss);
Json json_of(const Loss& loss);

/// The restore that was begun and neither done nor given up.
std::optional<journal::TargetRestored> open_restore(const journal::Reader& journal);

/// @param open  its backup is the one, unless another is named
/// @throws Failure check: it is none, or not of this database
BackupRecorded backup_to_restore(Door& door, const Restore& options, const engine::Identity& target, const journal::Reader* journal, const std::optional<journal::TargetRestored>& open);

}  // namespace tidemark::commands
