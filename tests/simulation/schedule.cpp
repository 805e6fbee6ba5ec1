#include "tests/simulation/schedule.h"

#include <algorithm>
#include <exception>
#include <thread>

namespace tidemark::tests {

void Schedule::mix(std::string_view what) {
  for (const char c : what) trace_ = (trace_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
  trace_ = (trace_ ^ static_cast<std::uint64_t>(current_)) * 1099511628211u;
}

void Schedule::point(std::string_view what) {
  if (dead_) throw Killed{};
  ++points_;
  now_us += static_cast<std::int64_t>(below(3000));
  mix(what);
  if (points_ == death_) {
    dead_ = true;
    on_death();
    throw Killed{};
  }
  if (!in_world_) {
    in_world_ = true;
    world();
    in_world_ = false;
  }
  if (!in_task_ && !later_.empty() && chance(0.4)) {
    in_task_ = true;
    const auto task = std::move(later_.front());
    later_.pop_front();
    task();
    in_task_ = false;
  }
  // Signs of life come from a thread of their own.
  if (!in_task_ && periodic && chance(0.02)) {
    in_task_ = true;
    const auto task = periodic;
    try {
      task();
    } catch (...) {
      in_task_ = false;
      throw;
    }
    in_task_ = false;
  }
  std::unique_lock lock(mutex_);
  if (alive_.size() < 2 || in_task_ || pinned_) return;
  const int me = current_;
  current_ = alive_[below(alive_.size())];
  if (current_ == me) return;
  turn_.notify_all();
  wait_for_turn(lock, me);
  lock.unlock();
  if (dead_) throw Killed{};
}

void Schedule::wait_for_turn(std::unique_lock<std::mutex>& lock, int id) {
  turn_.wait(lock, [&] { return current_ == id; });
}

void Schedule::run(std::vector<std::function<bool()>> steps) {
  std::exception_ptr first;
  std::vector<std::thread> threads;
  std::unique_lock lock(mutex_);
  const int me = current_;
  for (auto& step : steps) {
    const int id = ++threads_;
    alive_.push_back(id);
    threads.emplace_back([this, id, me, &step, &first] {
      {
        std::unique_lock begin(mutex_);
        wait_for_turn(begin, id);
      }
      try {
        while (step()) {}
      } catch (...) {
        if (!first) first = std::current_exception();  // one thread at a time
      }
      const std::unique_lock end(mutex_);
      std::erase(alive_, id);
      pinned_ = false;
      current_ = alive_.empty() ? me : alive_[below(alive_.size())];
      turn_.notify_all();
    });
  }
  if (!alive_.empty()) {
    current_ = alive_[below(alive_.size())];
    turn_.notify_all();
    wait_for_turn(lock, me);
  }
  lock.unlock();
  for (auto& thread : threads) thread.join();
  if (dead_) throw Killed{};
  if (first) std::rethrow_exception(first);
}

void Schedule::drain() {
  while (!later_.empty()) {
    const auto task = std::move(later_.front());
    later_.pop_front();
    task();
  }
}

void Schedule::revive() {
  dead_ = false;
  death_ = 0;
  in_task_ = in_world_ = pinned_ = false;
  later_.clear();
  periodic = nullptr;
  alive_.clear();
}

engine::Clock Schedule::clock() {
  return {[this] { return journal::UtcMicros{now_us + skew_us}; },
          [this] { return std::chrono::steady_clock::time_point(std::chrono::microseconds(now_us)); }};
}

namespace {
struct Beating final : engine::Executor::Periodic {
  explicit Beating(Schedule& s) : schedule(s) {}
  ~Beating() override { schedule.periodic = nullptr; }
  Schedule& schedule;
};
}  // namespace

std::unique_ptr<engine::Executor::Periodic> SimulatedExecutor::every(std::chrono::milliseconds, std::function<void()> task) {
  schedule_.periodic = std::move(task);
  return std::make_unique<Beating>(schedule_);
}

void SimulatedExecutor::pause(std::chrono::milliseconds at_most, const std::function<bool()>& until) {
  if (until()) return;
  schedule_.now_us += std::chrono::microseconds(at_most).count();
  schedule_.point("pause");
}

}  // namespace tidemark::tests
