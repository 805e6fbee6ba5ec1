#include "engine/runbook/restore_into.h"

#include <filesystem>

#include "engine/postgres/adapter.h"
#include "engine/runbook/backup_file.h"
#include "engine/runbook/postgres_tool.h"

namespace tidemark::engine::runbook {

void restore_into(Environment& environment, const RestoreInto& request) {
  const std::string doing = "restoring the backup into the scratch database";
  const auto name = environment.target.name();
  std::error_code code;
  if (!std::filesystem::is_regular_file(request.backup, code)) {
    throw Failure(ExitCode::failed, doing, request.backup, "there is no such file", "Nothing was written.", "tidemark backup --list");
  }
  if (auto known = read_sidecar(sidecar_of(request.backup))) {
    known->path = request.backup;
    if (const auto wrong = what_is_wrong(*known, true, [&] { return environment.stop.requested(); }); !wrong.empty()) {
      throw Failure(ExitCode::failed, doing, request.backup, "by the identity beside it: " + wrong, "Nothing was written.", "tidemark backup --list, and name another one");
    }
  }
  const ChildDatabase into(request.into);
  std::vector<std::string> arguments{"--exit-on-error", "--no-password", "--no-owner", "--no-publications", "--no-subscriptions", "--no-tablespaces", "--jobs=" + std::to_string(request.jobs)};
  if (request.elsewhere) arguments.insert(arguments.end(), {"--no-privileges", "--no-security-labels"});
  arguments.insert(arguments.end(), {"--dbname=" + into.conninfo(), request.backup});
  PostgresTool(environment, request.programs).run("pg_restore", arguments, &into, doing, name, "The target and the journal were not touched; the scratch database may hold a part of the backup: drop it and make it anew.");
  postgres::make_target({request.into, {}})->connect("restore", false)->query("ANALYZE");
}

}  // namespace tidemark::engine::runbook
