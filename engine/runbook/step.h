#pragma once
/// A command of the runbook that isn't ours: npm install, prisma generate, a restart.

#include <functional>
#include <map>
#include <string>

#include "engine/environment.h"
#include "engine/runbook/child_database.h"
#include "journal/events/step_recorded.h"

namespace tidemark::engine::runbook {

using journal::StepRecorded;

struct StepDefinition {
  std::string name;
  std::string when, phase;  ///< before or after, and which; of a hook: empty, and what it is called for
  std::string command;      ///< for sh -c
  std::string directory;    ///< empty: ours
  std::map<std::string, std::string> environment;
  unsigned limit_s = 600;
  int expect_exit = 0;
  std::string expect_output;  ///< a text that must stand in its output; empty: any
  bool operator==(const StepDefinition&) const = default;
};
/// Of all but the time limit: a step that was changed runs again.
journal::Digest definition_of(const StepDefinition& step);

/// As it is recorded before it runs.
StepRecorded begun(const StepDefinition& step, const std::function<std::string(const std::string&)>& redacted);

/// Runs it to its end. It finds DATABASE_URL without password, and the password in PGPASSFILE. Twice may be once only as far as the command itself can:
/// what was killed in the middle runs again from its beginning.
/// @param database  nullptr: none is known
/// @param despite_stop  also when a stop was asked for: what must be started again
/// @throws Failure paused when stopped
StepRecorded run_step(Environment& environment, const StepDefinition& step, const ChildDatabase* database, const std::function<std::string(const std::string&)>& redacted,
                      const std::function<void(const std::string&)>& line, bool despite_stop = false);

}  // namespace tidemark::engine::runbook
