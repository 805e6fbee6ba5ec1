#pragma once
/// A database, a journal and runs of the program over them, each step of which is heard.

#include <unistd.h>

#include <filesystem>

#include "engine/recovery.h"
#include "tests/postgres/database.h"
#include "tests/protocol/watched.h"
#include "tests/schema/directory.h"
#include "tests/support/failure_of.h"

namespace tidemark::tests {

struct Silence : Observer {
  void say(Level, const std::string&) override {}
};

class Place {
 public:
  Place() { database.sql("CREATE TABLE public.t (id int)"); }
  Database database;
  Directory directory;
  Ear ear;
  StopFlag stop;
  Limits limits;
  StartRequest request;  ///< of each run, but for its journal

  std::string journal() const { return directory.path() + "/state/journal"; }
  /// One run of the program; what `work` throws ends it as a crash does.
  void run(const std::function<void(Environment&, WritingRun&)>& work, const std::string& fault_text = "", const std::string& journal_path = {}, const std::string& user = {}) {
    WatchedTarget target(database.target(user), ear);
    const auto executor = make_thread_executor();
    auto clock = Clock::system();
    auto faults = Faults::parse(fault_text);
    Uuid7 ids(clock);
    Silence silence;
    Environment environment{target, *executor, clock, faults, silence, stop, ids, limits, {"host", "user", "test", static_cast<std::uint64_t>(getpid())}};
    request.journal_path = journal_path.empty() ? journal() : journal_path;
    request.started.verb = "convert";
    const auto writing = WritingRun::begin(environment, request);
    work(environment, *writing);
    writing->finish(ExitCode::done, "done");
  }
  std::size_t units(journal::UnitState state) const { return journal::Reader(journal()).units(state).size(); }
};

/// An intent of nothing: what counts is when it is where.
inline Intent intent_of(UnitId unit) {
  journal::ChunkIntended chunk;
  chunk.conversion = "social_links";
  return {{journal::draft(chunk, unit)}, [](UtcMicros at) { return journal::ChunkCommitted{at}; }};
}

inline UnitEnd one_unit(Environment& environment, WritingRun& run, const std::function<void(Unit&)>& body = {}) {
  UnitOfWork units(environment, run.right(), run.connection());
  return units.run("convert", environment.limits.unit, [&](Unit& unit) {
    if (body) body(unit);
    unit.session.query("INSERT INTO public.t VALUES (1)");
    unit.intend(intent_of(unit.id));
  });
}

}  // namespace tidemark::tests
