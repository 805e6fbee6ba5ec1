#include "engine/conversion/brake.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tidemark::engine::conversion {
namespace {

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 100 && value != static_cast<int>(value) ? "%.1f" : "%.0f", value);
  return text;
}

/// Without its figures: a cause that only moves isn't another one.
std::string kind_of(const std::string& cause) { return cause.substr(0, cause.find_first_of("0123456789")); }

}  // namespace

std::vector<Excess> judge(const ThrottleMeasures& m, const ThrottleLimits& l) {
  std::vector<Excess> found;
  const auto over = [&](const char* name, const std::optional<double>& value, double limit, const char* unit) {
    if (limit < 0 || !value || *value <= limit) return;
    found.push_back({std::string(name) + " " + short_number(*value) + unit + " over " + short_number(limit), *value > 2 * limit});
  };
  over("replication lag", m.replication_lag_s, l.replication_lag_s, " s");
  over("active sessions", m.active_sessions, l.active_sessions, "");
  over("probe p95", m.probe_p95_ms, l.probe_p95_ms, " ms");
  over("WAL", m.wal_mib_s, l.wal_mib_s, " MiB/s");
  over("sessions that wait for us", m.waiting_sessions, l.waiting_sessions, "");
  over("our oldest transaction", m.transaction_s, l.transaction_s, " s");
  if (l.free_disk_mib >= 0 && m.free_disk_mib && *m.free_disk_mib < l.free_disk_mib) {
    found.push_back({"free disk of the journal " + short_number(*m.free_disk_mib) + " MiB under " + short_number(l.free_disk_mib), true});
  }
  return found;
}

bool Brake::measured(const std::vector<Excess>& excesses) {
  const std::string before = action(), cause_before = cause_;
  if (excesses.empty()) {
    level_ = std::max(0, level_ - 1);
    if (level_ == 0) cause_.clear();
  } else {
    const bool hard = std::any_of(excesses.begin(), excesses.end(), [](const Excess& excess) { return excess.hard; });
    level_ = hard ? kHalt : std::min<int>(kHalt, level_ + 1);
    cause_.clear();
    for (const auto& excess : excesses) cause_ += (cause_.empty() ? "" : ", ") + excess.text;
  }
  return before != action() || kind_of(cause_before) != kind_of(cause_);
}

double Brake::rest() const {
  constexpr std::array<double, kHalt + 1> kRest{0, 1, 3, 8, 8};
  return kRest.at(static_cast<std::size_t>(level_));
}

std::string Brake::action() const { return level_ == 0 ? "full speed" : halted() ? "halted" : "slower"; }

}  // namespace tidemark::engine::conversion
