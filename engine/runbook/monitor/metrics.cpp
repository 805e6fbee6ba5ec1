#include "engine/runbook/monitor/metrics.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "journal/ids.h"

namespace tidemark::engine::runbook::monitor {
namespace {

class Page {
 public:
  /// @param labels  {a="b"}, or empty
  void value(const std::string& name, double value, const std::string& labels = {}) {
    if (name != last_) {
      for (const auto& metric : metrics()) {
        if (metric.name == name) text_ += "# HELP " + name + " " + metric.help + "\n# TYPE " + name + " " + metric.type + "\n";
      }
      last_ = name;
    }
    char number[64];
    std::snprintf(number, sizeof number, "%.15g", value);
    text_ += name + labels + " " + number + "\n";
  }
  std::string text() { return std::move(text_); }

 private:
  std::string text_, last_;
};

std::string label(const char* name, const std::string& value) {
  std::string text = std::string("{") + name + "=\"";
  for (const char c : value) {
    if (c == '\n') text += "\\n";
    else if (c == '"' || c == '\\') text += std::string("\\") + c;
    else text += c;
  }
  return text + "\"}";
}

}  // namespace

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> list{
      {"tidemark_monitor_healthy", "gauge", "1: no criterion is breached so far"},
      {"tidemark_monitor_criterion_breached", "gauge", "1: this criterion is breached"},
      {"tidemark_monitor_ended", "gauge", "1: the monitoring is over"},
      {"tidemark_monitor_remaining_seconds", "gauge", "Monitored time still to go"},
      {"tidemark_monitor_samples_total", "counter", "Samples judged"},
      {"tidemark_monitor_sample_timestamp_seconds", "gauge", "When the last sample was taken, by the clock of the machine that monitors"},
      {"tidemark_monitor_database_up", "gauge", "1: the database answered"},
      {"tidemark_monitor_probe_milliseconds", "gauge", "Probe queries of the last interval, by quantile"},
      {"tidemark_monitor_probe_failures_total", "counter", "Probe queries that failed"},
      {"tidemark_monitor_connections", "gauge", "Client connections to the database, by state"},
      {"tidemark_monitor_connections_limit", "gauge", "max_connections of the server"},
      {"tidemark_monitor_slow_queries", "gauge", "Queries running for more than a second"},
      {"tidemark_monitor_locks", "gauge", "Locks held or waited for"},
      {"tidemark_monitor_locks_waiting", "gauge", "Locks waited for"},
      {"tidemark_monitor_deadlocks", "gauge", "Deadlocks in the last interval"},
      {"tidemark_monitor_replication_lag_seconds", "gauge", "Lag of the slowest standby"},
      {"tidemark_monitor_cache_hit_ratio", "gauge", "Blocks found in the cache in the last interval, 0 to 1"},
      {"tidemark_monitor_table_bytes", "gauge", "Size of a table with its indexes"},
      {"tidemark_monitor_requests_total", "counter", "Requests in the logs"},
      {"tidemark_monitor_request_errors_total", "counter", "Requests answered by 5xx"},
      {"tidemark_monitor_log_matches_total", "counter", "Lines of the logs that match a pattern"},
      {"tidemark_monitor_redis_up", "gauge", "1: Redis answered"},
      {"tidemark_monitor_redis", "gauge", "Counters of Redis INFO, by name"},
  };
  return list;
}

std::string prometheus(const Sample& sample, const Judge& judge, double remaining_s, bool ended) {
  Page page;
  const auto name = [](const char* rest) { return std::string("tidemark_monitor_") + rest; };
  const auto& totals = judge.totals();
  page.value(name("healthy"), judge.verdict(ended) == Verdict::healthy);
  for (const auto& finding : judge.findings(ended)) page.value(name("criterion_breached"), finding.verdict == Verdict::breached, label("criterion", finding.criterion));
  page.value(name("ended"), ended);
  page.value(name("remaining_seconds"), remaining_s);
  page.value(name("samples_total"), static_cast<double>(totals.samples));
  if (const auto at = journal::parse_utc(sample.at)) page.value(name("sample_timestamp_seconds"), static_cast<double>(at->value) / 1e6);
  const auto& database = sample.database;
  page.value(name("database_up"), database.ok);
  const auto times = all_times(sample);
  for (const auto& [percent, quantile] : {std::pair{50.0, "0.5"}, {95.0, "0.95"}, {99.0, "0.99"}}) {
    if (const auto ms = percentile_ms(times, percent)) page.value(name("probe_milliseconds"), *ms, label("quantile", quantile));
  }
  page.value(name("probe_failures_total"), static_cast<double>(totals.probes_failed));
  if (database.ok) {
    for (const auto& [state, count] : database.states) page.value(name("connections"), static_cast<double>(count), label("state", state));
    page.value(name("connections_limit"), static_cast<double>(database.max_connections));
    page.value(name("slow_queries"), static_cast<double>(database.slow_queries));
    page.value(name("locks"), static_cast<double>(database.locks));
    page.value(name("locks_waiting"), static_cast<double>(database.locks_waiting));
    page.value(name("deadlocks"), static_cast<double>(database.deadlocks));
    if (database.replication_lag_s) page.value(name("replication_lag_seconds"), *database.replication_lag_s);
    if (database.cache_hit) page.value(name("cache_hit_ratio"), *database.cache_hit);
    for (const auto& [table, size] : database.tables) page.value(name("table_bytes"), static_cast<double>(size.bytes), label("table", table));
  }
  page.value(name("requests_total"), static_cast<double>(totals.requests));
  page.value(name("request_errors_total"), static_cast<double>(totals.errors));
  for (const auto& [pattern, count] : totals.patterns) page.value(name("log_matches_total"), static_cast<double>(count), label("pattern", pattern));
  if (sample.redis) {
    page.value(name("redis_up"), sample.redis->ok);
    for (const auto& [counter, value] : sample.redis->counters) page.value(name("redis"), value, label("counter", counter));
  }
  return page.text();
}

void replace_file(const std::string& path, const std::string& text) {
  const auto beside = path + "." + std::to_string(::getpid()) + ".new";
  const auto fail = [&](const std::string& what) {
    const int error = errno;
    ::unlink(beside.c_str());
    throw std::system_error(error, std::generic_category(), what + " " + path);
  };
  // Readable by others: the exporter is another user. It holds counts alone.
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail("making");
  std::size_t written = 0;
  while (written < text.size()) {
    const auto size = ::write(fd, text.data() + written, text.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      const int error = errno;
      ::close(fd);
      errno = error;
      fail("writing");
    }
    written += static_cast<std::size_t>(size);
  }
  if (::close(fd) != 0) fail("writing");
  if (::rename(beside.c_str(), path.c_str()) != 0) fail("replacing");
}

}  // namespace tidemark::engine::runbook::monitor
