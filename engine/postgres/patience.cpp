#include "engine/postgres/patience.h"

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <set>
#include <utility>

#include "engine/executor.h"

namespace tidemark::engine::postgres {
namespace {

constexpr std::chrono::milliseconds kPeriod{250};

/// Of this process, in bytes; 0 where it can't be known.
std::size_t memory() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

struct Patience::State {
  std::mutex mutex;
  std::set<Waiting*> waiting;
  Bounds bounds;
  std::unique_ptr<Executor> executor = make_thread_executor();
  std::unique_ptr<Executor::Periodic> periodic;  // last: ends first
};

Patience::Patience() : state_(std::make_unique<State>()) {
  state_->periodic = state_->executor->every(kPeriod, [this] { look(); });
}

Patience::~Patience() { state_->periodic.reset(); }

Patience& Patience::of_this_process() {
  static Patience patience;
  return patience;
}

Patience::Bounds Patience::set(const Bounds& bounds) {
  auto& state = *of_this_process().state_;
  const std::lock_guard lock(state.mutex);
  return std::exchange(state.bounds, bounds);
}

void Patience::look() {
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting.empty()) return;
  const auto now = memory();
  for (Waiting* one : state_->waiting) {
    if (!one->why_.empty()) continue;
    one->seen_ += kPeriod;
    if (!one->memory_before_) one->memory_before_ = now;
    if (now > *one->memory_before_ + state_->bounds.growth)
      one->why_ = "its answer took more than " + std::to_string(state_->bounds.growth >> 20) + " MiB of memory here; the connection was cut";
    else if (one->server_limit_.count() > 0 && one->seen_ > one->server_limit_ + state_->bounds.grace)
      one->why_ = "no answer for " + std::to_string(one->seen_.count() / 1000) + " s, though the server was told to end the statement after " +
                  std::to_string(one->server_limit_.count() / 1000) + " s; the connection was cut";
    if (!one->why_.empty()) shutdown(one->socket_, SHUT_RDWR);
  }
}

Patience::Waiting::Waiting(int socket, std::chrono::milliseconds server_limit) : socket_(socket), server_limit_(server_limit) {
  auto& state = *of_this_process().state_;
  const std::lock_guard lock(state.mutex);
  state.waiting.insert(this);
}

Patience::Waiting::~Waiting() {
  auto& state = *of_this_process().state_;
  const std::lock_guard lock(state.mutex);
  state.waiting.erase(this);
}

std::string Patience::Waiting::why() const {
  auto& state = *of_this_process().state_;
  const std::lock_guard lock(state.mutex);
  return why_;
}

}  // namespace tidemark::engine::postgres
