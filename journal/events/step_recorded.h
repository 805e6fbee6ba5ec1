#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A command of the runbook that isn't ours was run before or after a phase, or as a hook.
struct StepRecorded {
  static constexpr std::uint16_t kCode = 54;
  static constexpr std::string_view kKind = "step_recorded";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;       ///< of the step; "stop_application", "start_application"
  std::string when;       ///< before, after; of a hook: empty
  std::string phase;      ///< of a hook: what it was called for, such as restore
  std::string state;      ///< begun, done, failed
  std::string command;    ///< as configured, without secrets
  std::string directory;
  Digest definition{};    ///< of command, directory, environment and what is expected: a step that was changed runs again
  std::string end;        ///< "exit code 3", "ended after its limit of 60 s", "its output lacks …"; begun: empty
  std::uint32_t exit_code = 0;
  std::uint64_t ms = 0;
  std::string output;     ///< both streams as they came, without secrets; the middle of a long one is left out
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, when, phase, state, command, directory, definition, end, exit_code, ms, output); }
  bool operator==(const StepRecorded&) const = default;
};

}  // namespace tidemark::journal
