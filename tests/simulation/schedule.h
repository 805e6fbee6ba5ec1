#pragma once
/// Who goes on next, what time it is, and when the program dies: one seed decides. Of all threads of a simulated program one runs at a time.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string_view>
#include <vector>

#include "engine/clock.h"
#include "engine/executor.h"

namespace tidemark::tests {

/// The program's death (SIGKILL). Not a std::exception: nothing in the program may take it for an error.
struct Killed {};

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(double probability) { return static_cast<double>(random_() >> 11) < probability * 9007199254740992.0; }

  /// Between two steps of anybody: time passes, another thread may go on, the program may die here. @throws Killed
  void point(std::string_view what);
  /// The program dies at the n-th point from now; 0: it doesn't.
  void die_at(std::uint64_t n) { death_ = n == 0 ? 0 : points_ + n; }
  bool dead() const { return dead_; }
  std::uint64_t points() const { return points_; }
  /// Of all points and threads so far: two lives with the same trace went the same way.
  std::uint64_t trace() const { return trace_; }
  /// While it reads, a thread holds a lock of the engine's for which others really wait: nobody else goes on until it has read.
  void pin() { pinned_ = true; }
  void unpin() { pinned_ = false; }
  /// Another process: nothing of the old one goes on.
  void revive();

  std::function<void()> on_death;  ///< in the very moment
  std::function<void()> world;     ///< what others do meanwhile; called at each point
  std::int64_t now_us = 1'763'000'000'000'000;
  std::int64_t skew_us = 0;        ///< the program's wall clock against the target's
  engine::Clock clock();

  // What the executor is made of.
  void run(std::vector<std::function<bool()>> steps);
  void post(std::function<void()> task) { later_.push_back(std::move(task)); }
  void drain();
  std::function<void()> periodic;

 private:
  void mix(std::string_view what);
  void wait_for_turn(std::unique_lock<std::mutex>& lock, int id);

  std::mt19937_64 random_;
  std::uint64_t points_ = 0, death_ = 0, trace_ = 1469598103934665603u;
  bool dead_ = false, pinned_ = false, in_world_ = false, in_task_ = false;
  std::deque<std::function<void()>> later_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::vector<int> alive_;
  int current_ = 0, threads_ = 0;
};

class SimulatedExecutor final : public engine::Executor {
 public:
  explicit SimulatedExecutor(Schedule& schedule) : schedule_(schedule) {}
  void run(std::vector<std::function<bool()>> steps) override { schedule_.run(std::move(steps)); }
  void post(std::function<void()> task) override { schedule_.post(std::move(task)); }
  void drain() override { schedule_.drain(); }
  std::unique_ptr<Periodic> every(std::chrono::milliseconds period, std::function<void()> task) override;
  void pause(std::chrono::milliseconds at_most, const std::function<bool()>& until) override;

 private:
  Schedule& schedule_;
};

}  // namespace tidemark::tests
