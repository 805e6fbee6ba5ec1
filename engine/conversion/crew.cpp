#include "engine/conversion/crew.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace tidemark::engine::conversion {
namespace {

constexpr int kFeedTries = 5;

/// Asks for less when the target says that it took too long. @return nothing at the end, or where a stop was asked for meanwhile
std::optional<Work> next_of(Feed& feed, std::size_t limit, ChunkSize& size, const StopFlag& stop) {
  for (int attempt = 1;; ++attempt) {
    try {
      return feed.next(limit);
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::lock || attempt == kFeedTries) throw;
      if (stop.requested()) return std::nullopt;
      size.timed_out();
      limit = std::max<std::size_t>(1, limit / 2);
    }
  }
}

}  // namespace

struct Crew::Worker {
  Worker(const Sharing& s, bool fresh)
      : journal(s.run.journal().path()), connection(s.environment, s.purpose),
        chunk(s.environment, s.run.right(), connection, s.conversion, s.binding, fresh ? nullptr : &journal, s.options, s.held),
        isolator(s.environment, connection, chunk, s.pace.size(), s.refused) {}
  journal::Reader journal;
  Connection connection;
  ChunkConverter chunk;
  Isolator isolator;
};

bool Crew::limit_reached() {
  shared_.environment.stop.request_by_limit("--max-profiles");
  return false;
}

void Crew::pass(Feed& feed, const PassOptions& options) {
  shared_.run.journal().flush();  // the workers' readers see what is durable
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::function<bool()>> steps;
  std::atomic<bool> failed{false};
  for (std::size_t i = 0; i < options.workers; ++i) {
    auto& worker = *workers.emplace_back(std::make_unique<Worker>(shared_, options.fresh));
    steps.push_back([&, &w = worker] {
      if (failed || !shared_.pace.ready()) return false;
      try {
        return step(w, feed, options);
      } catch (...) {
        failed = true;
        throw;
      }
    });
  }
  shared_.environment.executor.run(std::move(steps));
  shared_.run.journal().flush();
}

/// One chunk. @return false: there is no more to do
bool Crew::step(Worker& worker, Feed& feed, const PassOptions& options) {
  auto& pace = shared_.pace;
  // Ranges close as a whole, so that they are no larger than what may be done; of the others the rest stays for the next run.
  const std::size_t size = options.one ? 1 : pace.size().now();
  std::size_t granted = options.record_deferred ? pace.claim(size) : 0;
  if (options.record_deferred && granted == 0) return limit_reached();
  auto work = next_of(feed, options.record_deferred ? granted : size, pace.size(), shared_.environment.stop);
  if (!work) return false;
  if (!work->sources.empty()) drop_what_is_done(*work, worker.journal, shared_.conversion.name(), shared_.options);
  if (options.record_deferred) {
    pace.give_back(granted - work->keys.size());
  } else if (!work->keys.empty()) {
    granted = pace.claim(work->keys.size());
    if (granted == 0) return limit_reached();
    work->keys.resize(granted);
  }
  if (work->keys.empty() && !work->closes) return true;
  const auto began = shared_.environment.clock.steady();
  auto locked = worker.isolator.convert(*work, options.record_deferred);
  if (!options.one) pace.took(work->keys.size(), shared_.environment.clock.steady() - began);
  const std::lock_guard lock(mutex_);
  left_.insert(left_.end(), locked.begin(), locked.end());
  return true;
}

Keys Crew::take_left() {
  const std::lock_guard lock(mutex_);
  return std::exchange(left_, {});
}

}  // namespace tidemark::engine::conversion
