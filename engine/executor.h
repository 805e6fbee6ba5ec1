#pragma once
/// Where work runs. Threads in the program; one thread driven by a seed in simulations. The only std::thread of engine/.

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace tidemark::engine {

class Executor {
 public:
  virtual ~Executor() = default;
  /// Calls every step again and again, each by one worker, until it answers false; returns when all have.
  /// The first exception is thrown here after the others have ended; a step must look at its own stop condition.
  virtual void run(std::vector<std::function<bool()>> steps) = 0;
  /// Runs `task` soon on another thread, or inline. It must not throw.
  virtual void post(std::function<void()> task) = 0;
  /// Returns when everything posted before has run: before what the tasks refer to goes away.
  virtual void drain() = 0;
  /// Calls `task` every `period` until the returned handle is destroyed (which waits for a running call). It must not throw.
  class Periodic { public: virtual ~Periodic() = default; };
  virtual std::unique_ptr<Periodic> every(std::chrono::milliseconds period, std::function<void()> task) = 0;
  /// Waits, at most so long; earlier when `until` answers true (asked now and then).
  virtual void pause(std::chrono::milliseconds at_most, const std::function<bool()>& until) = 0;
};

std::unique_ptr<Executor> make_thread_executor();

}  // namespace tidemark::engine
