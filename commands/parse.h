#pragma once
/// From argv to options. The only users of CLI11 are parse.cpp and command_line/.

#include <string>
#include <variant>

#include "commands/options.h"

namespace tidemark::commands {

/// The command line was answered already: help or version (exit 0, on stdout), or a usage error (exit 2; on stderr, with --json
/// the error object on stdout).
struct Answered {
  int exit_code = 0;
  std::string out, err;
};

std::variant<Parsed, Answered> parse(int argc, const char* const* argv);
/// Prints both texts. @return the exit code
int print(const Answered& answer);

}  // namespace tidemark::commands
