#include <exception>

#include "commands/hide_secrets.h"
#include "commands/parse.h"
#include "commands/print_error.h"
#include "commands/signals.h"
#include "commands/terminal.h"
#include "commands/verbs/door.h"

int main(int argc, char** argv) {
  using namespace tidemark::commands;
  no_core_dumps();
  ignore_broken_pipes();
  print_in_large_pieces();
  auto parsed = parse(argc, argv);
  hide_secrets(argc, argv);
  if (const auto* answered = std::get_if<Answered>(&parsed)) return print(*answered);
  const auto& [verb, globals, command] = std::get<Parsed>(parsed);
  Situation situation;
  Redactor redactor;
  try {
    Door door(globals);
    door.situation.verb = verb;
    try {
      return std::visit([&](const auto& options) { return run(door, options); }, command);
    } catch (...) {
      situation = door.situation;
      redactor = door.redactor;
      door.console().end();
      throw;
    }
  } catch (...) {
    return print_error(explain(std::current_exception(), situation), globals.json, redactor, globals.no_color);
  }
}
