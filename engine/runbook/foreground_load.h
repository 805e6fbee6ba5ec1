#pragma once
/// What an application would feel beside a conversion: its own statements on the clone, over and over, on one connection.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/environment.h"

namespace tidemark::engine::runbook {

class ForegroundLoad {
 public:
  /// Milliseconds of one round: BEGIN, the statements, ROLLBACK.
  struct Felt {
    std::uint64_t rounds = 0, failed = 0;  ///< failed: of the rounds
    double p50_ms = 0, p95_ms = 0, worst_ms = 0;
    std::string error;                     ///< the last one; empty: none
  };
  /// Begins a round every 10 ms, or when the one before has ended. What is in `sql` is rolled back, so that the clone stays comparable.
  ForegroundLoad(Environment& environment, Target& clone, const std::string& sql);
  ~ForegroundLoad();
  /// Waits for so many rounds, at most five seconds. @return whether there were any
  bool wait_for(std::uint64_t rounds);
  /// Since the last call.
  Felt take();

 private:
  void round();
  Environment& environment_;
  std::unique_ptr<Session> session_;
  const std::string sql_;
  std::mutex mutex_;
  std::vector<float> milliseconds_;
  Felt felt_;
  std::unique_ptr<Executor::Periodic> periodic_;  // last: ends first
};

}  // namespace tidemark::engine::runbook
