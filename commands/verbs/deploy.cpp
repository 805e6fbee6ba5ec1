#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/schema/deploy.h"

namespace tidemark::commands {

int run(Door& door, const Deploy&) {
  const auto folders = door.migrations();
  auto run = door.begin("deploy", "", false);
  engine::schema::DeployReport result;
  door.during(*run, [&] { result = engine::schema::deploy(door.environment(), *run, folders); });
  const bool stopped = result.stopped;
  const auto code = stopped ? engine::ExitCode::paused : engine::ExitCode::done;
  run->finish(code, stopped ? door.stop().why() : "done");
  if (door.globals.json) {
    Json applied = Json::array();
    for (const auto& name : result.applied) applied.push(name);
    print(Json::object({{"state", stopped ? "paused" : "done"}, {"applied", applied}}));
  } else {
    for (const auto& name : result.applied) line("✔ Applied migration: " + printable(name));
    if (result.applied.empty()) line("No pending migrations to apply: nothing to do");
  }
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
