#pragma once
/// The process itself keeps no password where others can read it.

namespace tidemark::commands {

/// Overwrites passwords inside argv with '*', so that /proc/PID/cmdline and `ps` show none. After parsing.
void hide_secrets(int argc, char** argv);
/// No core dump, no ptrace by others of the same user: memory holds the password. Never fails loudly.
void no_core_dumps();

}  // namespace tidemark::commands
