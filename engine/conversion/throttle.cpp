#include "engine/conversion/throttle.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace tidemark::engine::conversion {
namespace {

constexpr int kProbes = 5;              ///< in an interval
constexpr std::size_t kRemembered = 60;
constexpr int kStatementMs = 5000;      ///< a measure that takes longer is none

std::optional<double> real(const Value& value) { return value ? std::optional(std::strtod(value->c_str(), nullptr)) : std::nullopt; }

double ms_since(const Clock& clock, std::chrono::steady_clock::time_point began) { return std::chrono::duration<double, std::milli>(clock.steady() - began).count(); }

// Sessions of ours are told by their application_name. Waiting is seen in pg_locks, by every role; pg_blocking_pids() is dear, and only asked
// about who waits. Another role's sessions have no state without pg_read_all_stats.
constexpr const char* kMeasures =
    "SELECT (SELECT max(coalesce(extract(epoch FROM replay_lag), 0))::text FROM pg_catalog.pg_stat_replication WHERE state IS NOT NULL),"
    " (SELECT count(*)::text FROM pg_catalog.pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend' AND application_name NOT LIKE 'tidemark/%'),"
    " (SELECT count(DISTINCT w.pid)::text FROM pg_catalog.pg_locks w JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid WHERE NOT w.granted"
    "  AND coalesce(a.application_name, '') NOT LIKE 'tidemark/%' AND EXISTS (SELECT FROM pg_catalog.pg_stat_activity o"
    "  WHERE o.application_name LIKE 'tidemark/%' AND o.pid = ANY (pg_catalog.pg_blocking_pids(w.pid)))),"
    " (SELECT max(extract(epoch FROM clock_timestamp() - xact_start))::text FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'tidemark/%'"
    "  AND pid <> pg_catalog.pg_backend_pid()),"
    " CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN (pg_catalog.pg_current_wal_lsn() - '0/0'::pg_lsn)::text END,"
    " pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')::text";

}  // namespace

Throttle::Throttle(Environment& environment, std::string purpose, const SourceShape& source, const ThrottleLimits& limits, std::string journal_path,
                   std::function<void(const std::string&, const std::string&)> changed)
    : environment_(environment), connection_(environment, std::move(purpose)), source_(source), limits_(limits), journal_path_(std::move(journal_path)),
      changed_(std::move(changed)) {
  if (!limits_.any()) return;
  look();
  timer_ = environment_.executor.every(std::chrono::milliseconds(limits_.interval_ms), [this] { look(); });
}

Throttle::~Throttle() = default;

void Throttle::look() {
  std::vector<Excess> excesses;
  try {
    excesses = judge(measure(), limits_);
    lost_ = false;
  } catch (const std::exception& error) {  // the workers find out for themselves whether the target is away
    connection_.drop();
    if (!std::exchange(lost_, true)) environment_.observer.say(Observer::Level::warning, std::string("the target could not be measured: ") + error.what());
    return;
  }
  std::string cause, action;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = brake_.measured(excesses);
    cause = brake_.cause();
    action = brake_.action();
  }
  try {
    if (changed) changed_(cause, action);
  } catch (const std::exception&) {  // the journal takes nothing more: the worker that waits for it says so
  }
}

ThrottleMeasures Throttle::measure() {
  ThrottleMeasures m;
  if (limits_.free_disk_mib >= 0) {
    std::error_code error;
    const auto space = std::filesystem::space(std::filesystem::path(journal_path_).parent_path(), error);
    if (!error) m.free_disk_mib = static_cast<double>(space.available) / (1 << 20);
  }
  Session& session = connection_.session();
  session.begin_reading();
  try {
    session.limit_statements(kStatementMs);
    if (limits_.probe_p95_ms >= 0) m.probe_p95_ms = probe(session);
    const auto row = session.query(kMeasures).at(0);
    m.replication_lag_s = real(row[0]);
    m.active_sessions = real(row[1]);
    m.waiting_sessions = real(row[2]);
    m.transaction_s = real(row[3]);
    const auto now = environment_.clock.steady();
    if (const auto bytes = real(row[4])) {
      if (wal_ && now > wal_->first) m.wal_mib_s = (*bytes - wal_->second) / (1 << 20) / std::chrono::duration<double>(now - wal_->first).count();
      wal_ = {now, *bytes};
    }
    if (row[5] != Value("true") && (limits_.active_sessions >= 0 || limits_.replication_lag_s >= 0) && said_.insert("stats").second) {
      environment_.observer.say(Observer::Level::warning, "this role isn't a member of pg_monitor: other roles' active sessions and the standbys' lag are not seen by the throttle");
    }
  } catch (...) {
    session.rollback();
    throw;
  }
  session.rollback();
  return m;
}

std::optional<double> Throttle::probe(Session& session) {
  if (limits_.probe.empty() && !key_) {
    const auto first = session.keys(source_, std::nullopt, std::nullopt, 1);
    if (first.empty()) return std::nullopt;
    key_ = first.front();
  }
  for (int i = 0; i < kProbes; ++i) {
    const auto began = environment_.clock.steady();
    if (limits_.probe.empty()) (void)session.present(source_, {*key_});
    else (void)session.query(limits_.probe);
    probes_.push_back(ms_since(environment_.clock, began));
    if (probes_.size() > kRemembered) probes_.pop_front();
  }
  std::vector<double> sorted(probes_.begin(), probes_.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() * 95 + 99) / 100 - 1];
}

bool Throttle::halted() const {
  const std::lock_guard lock(mutex_);
  return brake_.halted();
}

double Throttle::rest() const {
  const std::lock_guard lock(mutex_);
  return limits_.rest + brake_.rest();
}

std::string Throttle::cause() const {
  const std::lock_guard lock(mutex_);
  return brake_.cause();
}

}  // namespace tidemark::engine::conversion
