#include "engine/runbook/foreground_load.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine::runbook {
namespace {

constexpr std::chrono::milliseconds kBetweenRounds{10}, kLongestWait{5000};

/// @param sorted  not empty
double quantile(const std::vector<float>& sorted, std::size_t percent) { return sorted[(sorted.size() - 1) * percent / 100]; }

}  // namespace

ForegroundLoad::ForegroundLoad(Environment& environment, Target& clone, const std::string& sql)
    : environment_(environment), session_(clone.connect("foreground", false)), sql_("BEGIN;" + sql + "\n;ROLLBACK") {
  session_->query("SET statement_timeout = '30s'");
  periodic_ = environment.executor.every(kBetweenRounds, [this] { round(); });
}

ForegroundLoad::~ForegroundLoad() { periodic_.reset(); }

void ForegroundLoad::round() {
  const auto began = environment_.clock.steady();
  std::string error;
  try {
    session_->query(sql_);
  } catch (const std::exception& failed) {
    error = failed.what();
    try {
      session_->query("ROLLBACK");
    } catch (const std::exception&) {  // without a connection the next round fails too, and is counted
    }
  }
  const auto lasted = std::chrono::duration<float, std::milli>(environment_.clock.steady() - began).count();
  const std::lock_guard lock(mutex_);
  milliseconds_.push_back(lasted);
  ++felt_.rounds;
  if (error.empty()) return;
  ++felt_.failed;
  felt_.error = error;
}

bool ForegroundLoad::wait_for(std::uint64_t rounds) {
  const auto felt = [this] {
    const std::lock_guard lock(mutex_);
    return felt_.rounds;
  };
  environment_.executor.pause(kLongestWait, [&] { return felt() >= rounds || environment_.stop.requested(); });
  return felt() > 0;
}

ForegroundLoad::Felt ForegroundLoad::take() {
  const std::lock_guard lock(mutex_);
  Felt felt = std::exchange(felt_, {});
  auto times = std::exchange(milliseconds_, {});
  if (times.empty()) return felt;
  std::sort(times.begin(), times.end());
  felt.p50_ms = quantile(times, 50);
  felt.p95_ms = quantile(times, 95);
  felt.worst_ms = times.back();
  return felt;
}

}  // namespace tidemark::engine::runbook
