#pragma once
/// What a run is given from outside: everything that a test or a simulation replaces.

#include <cstdint>
#include <string>

#include "engine/clock.h"
#include "engine/executor.h"
#include "engine/fault_point.h"
#include "engine/observer.h"
#include "engine/target.h"

namespace tidemark::engine {

struct Limits {
  Pins unit;                                ///< of a chunk
  int lease_wait_ms = 10000;                ///< for the lock on the lease; then the blocker is ended or named
  double lease_ttl_s = 60;                  ///< another journal's holder is gone when silent for so long
  int connection_retry_ms = 120000;         ///< how long a lost connection is sought again before 75
  int beat_ms = 2000;                       ///< between signs of life
};

/// Who runs us: recorded, and shown to whom we keep out.
struct Who {
  std::string host, user, program;
  std::uint64_t pid = 0;
};

struct Environment {
  Target& target;
  Executor& executor;
  Clock clock;
  Faults& faults;
  Observer& observer;
  StopFlag& stop;
  Uuid7& ids;
  Limits limits;
  Who who;
};

}  // namespace tidemark::engine
