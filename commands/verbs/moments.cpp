#include "commands/verbs/moments.h"

#include <cstdio>

#include "commands/verbs/door.h"
#include "engine/clock.h"

namespace tidemark::commands {

engine::audit::Moment moment_of(Door& door, const std::string& option, const std::string& text) {
  if (text.empty()) return {};
  const auto moment = engine::audit::parse_moment(text, engine::Clock::system().utc());
  if (!moment) {
    throw engine::Failure(engine::ExitCode::usage, "reading the command line", option + " " + text, "this is neither an event nor a time", "Nothing was done.",
                          option + "=#123 (an event), " + option + " 02:13 (local time), or " + option + " 2026-11-22T02:13:00Z");
  }
  if (moment->time) door.console().say(engine::Observer::Level::info, option + " " + text + " is " + to_string(*moment->time));
  return *moment;
}

Json row_object(const journal::TableShape& table, const journal::Row& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i) object.set(table.columns[i].name, row[i] ? Json(*row[i]) : Json());
  return object;
}

void check_printed(const std::string& doing) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw engine::Failure(engine::ExitCode::failed, doing, "standard output", "it did not take all of the result", "Nothing was written to the target.", "the same again, into a file or to a reader that takes all of it");
}

}  // namespace tidemark::commands
