#include <cstdio>

#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/story.h"

namespace tidemark::commands {

int run(Door& door, const AuditLog& options) {
  const journal::Reader journal(door.journal_path_offline());
  journal::Filter filter;
  filter.run = options.run;
  filter.subject = options.profile;
  filter.newest_first = options.newest_first;
  filter.limit = options.limit;
  if (!options.kind.empty()) {
    filter.kind = journal::kind_code(options.kind);
    if (filter.kind == 0) {
      throw engine::Failure(engine::ExitCode::usage, "reading the journal", "--kind " + options.kind, "there is no such kind of event", "Nothing was written.",
                            "kinds are those that tidemark audit log prints, such as subject_refused or run_started");
    }
  }
  // Events are numbered in the order of their times, which never go back: a time is a number.
  if (const auto since = moment_of(door, "--since", options.since); since.time) {
    filter.from = engine::audit::events_until(journal, {since.time->value - 1}) + 1;
  } else if (since.event > 0) {
    filter.from = since.event;
  }
  if (const auto until = moment_of(door, "--until", options.until); until.time || until.event > 0) {
    filter.to = until.time ? engine::audit::events_until(journal, *until.time) : until.event;
    if (filter.to < filter.from) return 0;  // and 0 would be the end
  }
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    const auto text = engine::audit::summary(event);
    if (door.globals.json) {
      print(Json::object({{"seq", record.seq}, {"at", to_string(record.at)}, {"run", record.run}, {"kind", journal::kind_name(record.kind)},
                          {"unit", record.unit ? Json(to_string(record.unit)) : Json()}, {"subject", record.subject.empty() ? Json() : Json(record.subject)},
                          {"summary", text}}));
      return true;
    }
    std::printf("#%-7llu %s  %-18s %s%s%s\n", static_cast<unsigned long long>(record.seq), to_string(record.at).c_str(),
                std::string(journal::kind_name(record.kind)).c_str(), record.unit ? ("unit " + to_string(record.unit) + "  ").c_str() : "",
                record.subject.empty() ? "" : (printable(record.subject) + "  ").c_str(), printable(text).c_str());
    return true;
  });
  return 0;
}

}  // namespace tidemark::commands
