#pragma once
#include <string>

namespace tidemark::commands {

std::string program_version();  ///< "0.1.0"
std::string program_commit();   ///< of the source tree when it was configured; "unknown" outside git
unsigned journal_format();      ///< of the journals that this program writes
/// "tidemark 0.1.0 (commit 0123456789ab, journal format 1)"
std::string version_line();

}  // namespace tidemark::commands
