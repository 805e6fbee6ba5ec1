#include "engine/schema/step_watch.h"

#include <chrono>
#include <cstdlib>

#include "engine/schema/holders.h"

namespace tidemark::engine::schema {
namespace {

/// Asked by the executor's thread on a connection of its own; the statement runs meanwhile. Not in the transaction that keeps the lease: CREATE INDEX
/// CONCURRENTLY waits for the end of every transaction in which it once saw a snapshot, and that one ends only after it.
class Watch {
 public:
  Watch(Environment& env, const SchemaWork& work, const SchemaLimits& limits, int keeper, int pid) : env_(env), work_(work), limits_(limits), keeper_(keeper), pid_(pid) {}

  void look() {
    try {
      if (!session_) session_ = env_.target.connect("watch", false);
      if (env_.stop.requested()) {
        stopped_ = true;
        cancel();
        return;
      }
      if (session_->query("SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = " + std::to_string(keeper_)).empty()) {
        // Nobody keeps the next runner from writing: the statement must not go on without that.
        env_.observer.say(Observer::Level::warning, work_.doing + " " + work_.name + ": the transaction that keeps the lease was ended; the statement is ended too");
        session_->terminate(pid_);
        return;
      }
      const auto blockers = describe(blockers_of(*session_, pid_));
      if (blockers.empty()) {
        since_.reset();
        said_.clear();
        return;
      }
      if (!since_) since_ = env_.clock.steady();
      if (said_.empty()) env_.observer.say(Observer::Level::warning, work_.doing + " " + work_.name + ": it waits for " + blockers);
      said_ = blockers;
      if (env_.clock.steady() - *since_ < std::chrono::milliseconds(limits_.alone_wait_ms)) return;
      given_up_ = blockers;
      cancel();
    } catch (const std::exception&) {
      session_.reset();  // looked again the next time
    }
  }

  bool stopped() const { return stopped_; }
  const std::string& given_up() const { return given_up_; }

 private:
  void cancel() { session_->query("SELECT pg_catalog.pg_cancel_backend(" + std::to_string(pid_) + ")"); }

  Environment& env_;
  const SchemaWork& work_;
  const SchemaLimits& limits_;
  int keeper_, pid_;
  std::unique_ptr<Session> session_;
  std::string said_, given_up_;
  std::optional<std::chrono::steady_clock::time_point> since_;
  bool stopped_ = false;
};

}  // namespace

WatchedEnd run_watched(Environment& env, WritingRun& run, const SchemaWork& work, const std::string& statement, const SchemaLimits& limits) {
  const auto& lease = run.right().lease();
  const std::string purpose = std::to_string(run.run()) + "/" + std::to_string(lease.epoch);
  const auto keeper = env.target.connect(purpose, false);
  keeper->begin_unit(Pins{limits.pins.lock_timeout_ms, 0, 0});
  // Without parameters: the portal of a parametrised query would stay open and keep its snapshot, and CONCURRENTLY would wait for it for ever.
  if (keeper->query("SELECT 1 FROM tidemark.lease WHERE epoch = " + std::to_string(lease.epoch) + " AND token = '" + to_string(lease.token) + "' FOR SHARE").empty()) {
    run.right().throw_over(work.doing + " " + work.name);
  }
  Session& session = run.connection().session();
  Watch watch(env, work, limits, keeper->backend_pid(), session.backend_pid());
  auto looking = env.executor.every(std::chrono::milliseconds(limits.watch_ms), [&] { watch.look(); });
  try {
    session.run_alone(statement);
  } catch (const TargetError& error) {
    looking.reset();
    keeper->rollback();
    if (error.kind == TargetError::Kind::connection) throw;
    run.connection().drop();
    if (watch.stopped()) return WatchedEnd::stopped;
    if (watch.given_up().empty() || error.sqlstate != "57014") throw;
    throw Failure(ExitCode::paused, work.doing, work.name, "it waited for others for " + std::to_string(limits.alone_wait_ms / 1000) + " s and was cancelled; in the way: " + watch.given_up(),
                  "Its row in _prisma_migrations stays unfinished, and an invalid index may be left: the next deploy drops it and goes on.", "end that session or wait for it, then tidemark deploy");
  }
  looking.reset();
  keeper->rollback();
  run.connection().drop();
  return WatchedEnd::done;
}

}  // namespace tidemark::engine::schema
