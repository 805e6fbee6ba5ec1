#include "engine/schema/schema_unit.h"

#include <chrono>
#include <random>

#include "engine/schema/holders.h"

namespace tidemark::engine::schema {
namespace {

constexpr int kMostLost = 5;

using Holders = std::vector<Session::Blocker>;

/// Once for each lock that stays taken; afterwards only when the holders change.
struct Waiting {
  Environment& env;
  const SchemaWork& work;
  std::string said;
  void say(const std::string& what, const Holders& holders) {
    auto now = what;  // without the time for which they have held it
    for (const auto& one : holders) now += " " + std::to_string(one.pid);
    if (now != said) env.observer.say(Observer::Level::warning, work.doing + " " + work.name + ": " + what + (holders.empty() ? "" : "; held by " + describe(holders)) + "; trying again");
    said = now;
  }
  [[noreturn]] void give_up(const std::string& what, const Holders& holders) const {
    throw Failure(ExitCode::paused, work.doing, work.name,
                  what + (holders.empty() ? "; whoever held it was gone when we looked" : "; held by " + describe(holders)),
                  "Nothing of this migration was written; the ones before it are done.",
                  "end that session or wait for it, then run the same command again");
  }
};

}  // namespace

void pause(Environment& env, int average_ms) {
  const auto id = env.ids.next();  // the randomness that is injected
  std::seed_seq seed(id.bytes.begin(), id.bytes.end());
  std::mt19937 random(seed);
  const int ms = std::uniform_int_distribution<int>(average_ms / 2, average_ms + average_ms / 2)(random);
  env.executor.pause(std::chrono::milliseconds(ms), [&] { return env.stop.requested(); });
}

SchemaEnd run_schema_unit(Environment& env, WritingRun& run, const SchemaWork& work, const SchemaLimits& limits,
                          const std::function<void(Unit&, History&)>& body) {
  UnitOfWork units(env, run.right(), run.connection());
  Waiting waiting{env, work, {}};
  const auto end_of_wait = env.clock.steady() + std::chrono::milliseconds(limits.prisma_wait_ms);
  int lost = 0;
  for (int tries = 1; !env.stop.requested();) {
    bool locked = false;
    try {
      const auto end = units.run(work.work, limits.pins, [&](Unit& unit) {
        // Never waited for inside a transaction: CREATE INDEX CONCURRENTLY elsewhere would deadlock with us (FACTS.md).
        locked = unit.session.query(std::string("SELECT pg_catalog.pg_try_advisory_xact_lock(") + kPrismaLock + ")").at(0).at(0) == "t";
        if (!locked) return;
        History history = read_history(unit.session);  // somebody else may have been here before us
        body(unit, history);
      });
      if (end == UnitEnd::committed) return SchemaEnd::committed;
      if (end == UnitEnd::empty && locked) return SchemaEnd::empty;
      if (end == UnitEnd::voided) continue;
      const auto holders = prisma_lock_holders(run.connection().session());
      const std::string what = "Prisma's migration lock (advisory lock " + std::string(kPrismaLock) + ") is taken";
      if (env.clock.steady() >= end_of_wait) waiting.give_up(what, holders);
      waiting.say(what, holders);
      pause(env, limits.prisma_poll_ms);
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection) {
        if (++lost > kMostLost) {  // perhaps it is the script that ends the server's process
          throw Failure(ExitCode::paused, work.doing, work.name, "the connection was lost " + std::to_string(lost) + " times: " + error.what(),
                        "Nothing of this migration was written; the ones before it are done.",
                        "look at the server's log, then run the same command again");
        }
        run.connection().reconnect(error.what());
        continue;
      }
      // 57014: somebody cancelled the script, or it set itself a statement_timeout. Running it again would be against their will.
      if (error.kind != TargetError::Kind::lock || error.sqlstate == "57014") throw;
      Session& session = run.connection().session();
      const auto holders = session.blockers(tables_named(session, work.script));
      const auto what = std::string(error.what()) + " (SQLSTATE " + error.sqlstate + ")";
      if (tries >= limits.lock_tries) waiting.give_up(what + ", " + std::to_string(tries) + " times", holders);
      ++tries;
      waiting.say(what, holders);
      pause(env, limits.lock_pause_ms);
    }
  }
  return SchemaEnd::stopped;
}

}  // namespace tidemark::engine::schema
