#pragma once
/// SIGINT and SIGTERM ask for a clean stop; a second SIGINT ends the process at once. SIGUSR1 asks for the progress.

#include "engine/clock.h"

namespace tidemark::commands {

/// While it lives, SIGINT and SIGTERM set the flag (which must live longer) and SIGPIPE is ignored. One at a time.
/// The second SIGINT writes that this is safe and that the next start resumes, and ends the process with 75 without any clean-up:
/// the same as kill -9, which the protocol stands.
class SignalGuard {
 public:
  explicit SignalGuard(engine::StopFlag& stop);
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;
};

/// SIGUSR1 came since this was asked last. Without a SignalGuard the signal ends the process.
bool progress_was_asked();

/// Writing to a closed pipe is an error like any other, not the end.
void ignore_broken_pipes();

}  // namespace tidemark::commands
