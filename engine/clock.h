#pragma once
/// Time, ids and the wish to stop: injected, so that tests and simulations own them.

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "journal/ids.h"

namespace tidemark::engine {

struct Clock {
  std::function<journal::UtcMicros()> utc;                        ///< wall clock
  std::function<std::chrono::steady_clock::time_point()> steady;  ///< for durations
  static Clock system();
};

/// UUID version 7, strictly increasing within one generator (RFC 9562, method 3: a 74-bit counter that starts at random). Thread-safe.
class Uuid7 {
 public:
  using Random = std::function<std::uint32_t()>;
  explicit Uuid7(Clock clock, Random random = device()) : clock_(std::move(clock)), random_(std::move(random)) {}
  journal::Uuid next();

 private:
  static Random device();  ///< the operating system's randomness
  Clock clock_;
  std::mutex mutex_;
  Random random_;
  std::int64_t last_ms_ = 0;
  std::uint64_t high_ = 0;  ///< rand_a: 12 bits
  std::uint64_t low_ = 0;   ///< rand_b: 62 bits
};

/// Set from signal handlers, by `tidemark stop`, and when a limit is reached; read between chunks.
class StopFlag {
 public:
  void request(int signal) { signal_.store(signal, std::memory_order_relaxed); }
  void request_by_command() { signal_.store(-1, std::memory_order_relaxed); }
  /// @param what  a text that lives as long as the program; a signal that came before stays the reason
  void request_by_limit(const char* what) {
    limit_.store(what, std::memory_order_relaxed);
    int none = 0;
    signal_.compare_exchange_strong(none, -2);
  }
  bool requested() const { return signal_.load(std::memory_order_relaxed) != 0; }
  std::string why() const;  ///< "SIGTERM", "tidemark stop", ...

 private:
  std::atomic<int> signal_{0};
  std::atomic<const char*> limit_{""};
};

}  // namespace tidemark::engine
