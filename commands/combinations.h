#pragma once
/// Which options may stand together. Pure, so that it can be tested without a command line.

#include <string>

#include "commands/options.h"

namespace tidemark::commands {

/// What is wrong with the combination, as a sentence for the person who typed it; empty: nothing.
/// Also settles what narrows what: `rollback --all --profile A` becomes the profile alone.
std::string contradiction(Command& command);

}  // namespace tidemark::commands
