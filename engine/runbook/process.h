#pragma once
/// A child command: started without our secrets and files, its output taken line by line, ended with all that it started
/// when its time is over or a stop is asked for.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/clock.h"
#include "engine/executor.h"

namespace tidemark::engine::runbook {

struct ChildCommand {
  std::vector<std::string> argv{};  ///< argv[0] is sought in PATH if it has no slash; every user of the machine can read all of it
  std::string directory{};       ///< empty: ours
  /// Added to, replacing or (nullopt) leaving out what is inherited. DATABASE_URL and PGPASSWORD are never inherited, nor is any
  /// variable whose value contains one of `secrets`: ChildDatabase gives a child its way to the database.
  std::map<std::string, std::optional<std::string>> environment{};
  std::vector<std::string> secrets{};
  std::chrono::milliseconds limit{0};     ///< 0: none
  std::chrono::milliseconds grace{5000};  ///< between SIGTERM and SIGKILL
  std::size_t longest_line = 16384;       ///< a longer one comes in pieces of so many bytes
  bool despite_stop = false;              ///< also when a stop was asked for: what must be started again
};

enum class ChildStream { out, err };

struct ChildEnd {
  enum class How {
    exited,
    signalled,
    timed_out,    ///< ended by us at the limit
    stopped,      ///< ended by us, or not begun, because a stop was asked for
    not_started,
  } how = How::not_started;
  int code = 0;      ///< exit code; of signalled, timed_out and stopped the signal; of not_started errno
  std::string what;  ///< "exit code 3", "ended after its limit of 2 s", "npm: No such file or directory"
  std::chrono::milliseconds lasted{0};
  bool ok() const { return how == How::exited && code == 0; }
};

/// Runs it to its end. Standard input is empty. `line` gets what is written, without the newline, in order for each stream; if it
/// throws, the child and all that it started are ended first. Processes left behind by a child that ended by itself go on (that is
/// how an application is started), with nobody reading what they write. Killed with us: a child doesn't outlive kill -9 of this program.
/// Waits through `executor`. @throws std::invalid_argument for an empty argv, or a NUL in it
ChildEnd run_child(const ChildCommand& command, Executor& executor, const StopFlag& stop, const Clock& clock,
                   const std::function<void(ChildStream, std::string_view)>& line);

/// What it wrote in one piece, up to `most` bytes of each stream, the rest dropped: for short answers such as `pg_dump --version`.
struct ChildAnswer {
  ChildEnd end;
  std::string out, err;
};
ChildAnswer ask_child(const ChildCommand& command, Executor& executor, const StopFlag& stop, const Clock& clock, std::size_t most = 1 << 20);

}  // namespace tidemark::engine::runbook
