#include "engine/executor.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace tidemark::engine {
namespace {

class Threads final : public Executor {
 public:
  Threads() : background_([this](const std::stop_token& stop) { work(stop); }) {}
  ~Threads() override {
    background_.request_stop();
    wake_.notify_all();
  }

  void run(std::vector<std::function<bool()>> steps) override {
    std::exception_ptr first;
    std::mutex mutex;
    {
      std::vector<std::jthread> workers;
      for (auto& step : steps) {
        workers.emplace_back([&] {
          try {
            while (step()) {
            }
          } catch (...) {
            const std::lock_guard lock(mutex);
            if (!first) first = std::current_exception();
          }
        });
      }
    }
    if (first) std::rethrow_exception(first);
  }

  void post(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }

  void drain() override {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return tasks_.empty() && !busy_; });
  }

  std::unique_ptr<Periodic> every(std::chrono::milliseconds period, std::function<void()> task) override {
    struct Beat final : Periodic {
      Beat(std::chrono::milliseconds period, std::function<void()> task)
          : thread([this, period, task = std::move(task)](const std::stop_token& stop) {
              std::unique_lock lock(mutex);
              while (!wake.wait_for(lock, stop, period, [&] { return stop.stop_requested(); })) {
                if (stop.stop_requested()) return;
                task();
              }
            }) {}
      std::mutex mutex;
      std::condition_variable_any wake;
      std::jthread thread;  // last: joined first
    };
    return std::make_unique<Beat>(period, std::move(task));
  }

  void pause(std::chrono::milliseconds at_most, const std::function<bool()>& until) override {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!until() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, stop, [this] { return !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      busy_ = true;
      lock.unlock();
      task();
      lock.lock();
      busy_ = false;
      if (tasks_.empty()) idle_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable idle_;
  bool busy_ = false;
  std::deque<std::function<void()>> tasks_;
  std::jthread background_;  // last: joined first
};

}  // namespace

std::unique_ptr<Executor> make_thread_executor() { return std::make_unique<Threads>(); }

}  // namespace tidemark::engine
