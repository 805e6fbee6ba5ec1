#include "commands/configuration/monitor.h"

#include "commands/duration.h"
#include "commands/toml_section.h"

namespace tidemark::commands {
namespace {

void duration(Section& section, const std::string& key, std::chrono::milliseconds& into, std::chrono::milliseconds least) {
  std::string text;
  section.text(key, text);
  if (text.empty()) return;
  const auto parsed = parse_duration(text);
  if (!parsed) throw section.wrong(key, "is \"" + text + "\"; it must be a time such as 2h, 15m, 30s or 500ms");
  if (*parsed < least) throw section.wrong(key, "is " + text + "; it must be at least " + to_text(least));
  into = *parsed;
}

}  // namespace

void read_monitor(Section& section, MonitorSettings& into) {
  using std::chrono::milliseconds;
  duration(section, "for", into.duration, milliseconds(1));
  duration(section, "interval", into.interval, milliseconds(10));
  duration(section, "warm_up", into.warm_up, milliseconds(0));
  duration(section, "baseline", into.baseline, milliseconds(1));
  section.texts("logs", into.logs);
  section.texts("commands", into.commands);
  section.text("redis", into.redis);
  if (into.redis.find('@') != std::string::npos) throw section.wrong("redis", "holds a user or a password; put the whole URL into the environment variable TIDEMARK_REDIS_URL");
  section.texts_by_name("patterns", into.patterns);
  section.texts_by_name("probes", into.probes);
  section.number("probe_repeat", into.probe_repeat, 1, 1000);
  section.number("probe_timeout_ms", into.probe_timeout_ms, 1, 600000);
  section.texts("tables", into.tables);
  section.text("metrics_file", into.metrics_file);
  section.table("limits", [&](Section& limits) {
    auto& c = into.criteria;
    limits.real("error_rate_increase", c.error_rate_increase, 0, 100);
    limits.real("query_p95_ms", c.query_p95_ms, 0, 3600000);
    limits.number("rate_limited_max", c.rate_limited_max, -1, 1000000000);
    limits.number("database_error_max", c.database_error_max, -1, 1000000000);
    limits.number("status_5xx_max", c.status_5xx_max, -1, 1000000000);
    limits.number("probe_failures_max", c.probe_failures_max, -1, 1000000);
    limits.real("rollback_error_rate", c.rollback_error_rate, 0, 100);
    limits.real("rollback_p95_ms", c.rollback_p95_ms, 0, 3600000);
    limits.number("consecutive", c.consecutive, 1, 10000);
    limits.number("requests_min", c.requests_min, 0, 1000000000);
    limits.number("point_requests_min", c.point_requests_min, 1, 1000000000);
  });
}

}  // namespace tidemark::commands
