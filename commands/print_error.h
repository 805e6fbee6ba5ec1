#pragma once
/// A Failure for a tired person, or as JSON.

#include <string>

#include "commands/redact.h"
#include "engine/errors.h"

namespace tidemark::commands {

/// Several lines, the last ending with a line feed: what was being done to what, what was answered, what is safe, what to type.
/// Nothing in it can move the terminal's cursor.
std::string error_text(const engine::Failure& failure, bool color = false);
/// {"error":{code,doing,object,answer,safe,next}} and a line feed. code: the exit code.
std::string error_json(const engine::Failure& failure);
/// Prints it, redacted: as JSON on stdout, else as text on stderr. @return the exit code
int print_error(const engine::Failure& failure, bool json, const Redactor& redactor, bool no_color = false);

}  // namespace tidemark::commands
