#include <algorithm>
#include <cstdio>

#include "commands/signals.h"
#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/story.h"
#include "journal/lock_file.h"

namespace tidemark::commands {
namespace {

constexpr std::chrono::milliseconds kLook{200};

void show(const journal::Record& record, const journal::Event& event, bool json) {
  const auto text = engine::audit::summary(event);
  if (json) {
    print(Json::object({{"seq", record.seq}, {"at", to_string(record.at)}, {"run", record.run}, {"kind", journal::kind_name(record.kind)},
                        {"unit", record.unit ? Json(to_string(record.unit)) : Json()}, {"subject", record.subject.empty() ? Json() : Json(record.subject)},
                        {"summary", text}}));
    return;
  }
  std::printf("#%-7llu %s  %-18s %s%s%s\n", static_cast<unsigned long long>(record.seq), to_string(record.at).c_str(),
              std::string(journal::kind_name(record.kind)).c_str(), record.unit ? ("unit " + to_string(record.unit) + "  ").c_str() : "",
              record.subject.empty() ? "" : (printable(record.subject) + "  ").c_str(), printable(text).c_str());
}

journal::Filter filter_of(Door& door, const AuditLog& options, const journal::Reader& journal) {
  journal::Filter filter;
  filter.run = options.run;
  filter.subject = options.profile;
  filter.newest_first = options.newest_first;
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
    if (filter.to < filter.from) filter.from = filter.to = journal.head_seq() + 1;  // none: a `to` of 0 would be the end
  }
  return filter;
}

/// Shows what is new until the run that holds the journal has ended and all of it was shown; at once if none does. Progress of a run that
/// dies is seen too: its file lock goes with it.
int follow(Door& door, const std::string& path, journal::Filter filter, const std::function<bool(const journal::Record&)>& each) {
  engine::StopFlag stop;
  const SignalGuard signals(stop);
  const auto executor = engine::make_thread_executor();
  while (true) {
    const bool running = journal::is_locked(path);  // first: what it wrote before it let go is seen below
    const journal::Reader journal(path);
    const auto head = journal.head_seq();
    if (filter.from <= head) {
      filter.to = head;
      journal.for_each(filter, each);
      filter.from = head + 1;
      std::fflush(stdout);
    }
    if (!running) return 0;
    if (stop.requested()) {
      door.console().say(engine::Observer::Level::info, "the run goes on; the next event is #" + std::to_string(filter.from));
      return static_cast<int>(engine::ExitCode::paused);
    }
    executor->pause(kLook, [&] { return stop.requested(); });
  }
}

}  // namespace

int run(Door& door, const AuditLog& options) {
  const auto path = door.journal_path_offline();
  std::uint64_t shown = 0;
  journal::Seq next = 0;  // where the next page begins
  const auto each = [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    if (!options.reason.empty() && !engine::audit::has_reason(event, options.reason)) return true;
    if (options.limit > 0 && shown == options.limit) {
      next = record.seq;
      return false;
    }
    show(record, event, door.globals.json);
    ++shown;
    return std::ferror(stdout) == 0;
  };
  const auto filter = [&] {
    const journal::Reader journal(path);
    return filter_of(door, options, journal);
  }();
  if (options.follow) return follow(door, path, filter, each);
  journal::Reader(path).for_each(filter, each);
  check_printed("printing the history");
  if (next > 0) {
    door.console().say(engine::Observer::Level::info, "there is more: the same command with " + std::string(options.newest_first ? "--until" : "--since") + "=#" + std::to_string(next));
  }
  return 0;
}

}  // namespace tidemark::commands
