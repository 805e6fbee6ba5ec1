#include "commands/configuration/throttle.h"

#include "commands/toml_section.h"

namespace tidemark::commands {

void read_throttle(Section& section, engine::conversion::ThrottleLimits& into) {
  constexpr double kMost = 1e9;
  section.real("replication_lag_s", into.replication_lag_s, 0, kMost);
  section.real("active_sessions", into.active_sessions, 0, kMost);
  section.real("probe_p95_ms", into.probe_p95_ms, 0, kMost);
  section.real("wal_mib_s", into.wal_mib_s, 0, kMost);
  section.real("waiting_sessions", into.waiting_sessions, 0, kMost);
  section.real("transaction_s", into.transaction_s, 0, kMost);
  section.real("free_disk_mib", into.free_disk_mib, 0, kMost);
  section.real("rest", into.rest, 0, 100);
  section.number("interval_ms", into.interval_ms, 100, 600000);
  section.text("probe", into.probe);
}

engine::conversion::ThrottleLimits polite(engine::conversion::ThrottleLimits limits) {
  const auto unless_set = [](double& limit, double value) {
    if (limit < 0) limit = value;
  };
  unless_set(limits.replication_lag_s, 5);
  unless_set(limits.probe_p95_ms, 20);
  unless_set(limits.wal_mib_s, 32);
  unless_set(limits.waiting_sessions, 0);
  unless_set(limits.transaction_s, 2);
  unless_set(limits.free_disk_mib, 1024);
  if (limits.rest == 0) limits.rest = 24;
  return limits;
}

}  // namespace tidemark::commands
