#pragma once
/// The monitoring: a sample every interval, judged and recorded, until the time is over, a rollback criterion is met, or a stop is
/// asked for. Holds no lease, and the journal only while it writes.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/observer.h"
#include "engine/runbook/monitor/database.h"
#include "engine/runbook/monitor/judge.h"
#include "engine/runbook/monitor/log_file.h"
#include "engine/runbook/monitor/log_tally.h"
#include "engine/runbook/monitor/past.h"
#include "engine/runbook/monitor/recording.h"
#include "engine/runbook/monitor/redis.h"

namespace tidemark::engine::runbook::monitor {

struct WatchOptions {
  std::string purpose = "monitor";  ///< monitor, baseline, review
  std::chrono::milliseconds duration{7'200'000}, interval{15'000}, warm_up{60'000};  ///< the warm-up is part of the duration
  Criteria criteria;
  std::optional<Baseline> baseline;
  std::uint64_t conversion_run = 0;
  std::vector<std::string> logs;                   ///< files
  std::vector<std::string> commands;               ///< lines for sh
  std::vector<std::string> secrets;                ///< not for the commands' environment
  std::map<std::string, std::string> patterns = Patterns::defaults();
  std::optional<RedisPlace> redis;
  DatabaseOptions database;
  std::string metrics_file;                        ///< empty: none
  bool stop_at_breach = false;                     ///< of any criterion, not only of a rollback's
};

struct View {
  const WatchOptions& options;
  const Sample& sample;
  const Judge& judge;
  double monitored_s = 0;
  std::size_t waiting = 0;  ///< events that wait for the journal
};

struct WatchTools {
  Target& target;
  Executor& executor;
  Clock clock;
  StopFlag& stop;
  Recording& recording;
  std::function<void(Observer::Level, const std::string&)> say;
  std::function<void(const View&)> show;
  std::function<std::vector<SmokeHits>()> smoke_hits;
  std::function<bool()> smoke_runs{};  ///< not set: never
};

class Watch {
 public:
  /// @param id  of the monitoring; with `samples` and `went_on` the one to go on with
  Watch(WatchTools tools, WatchOptions options, journal::Uuid id, std::vector<Sample> samples, bool went_on);
  ~Watch();

  enum class End { time_over, breached, rollback, stopped };
  End run();
  /// The rollback criterion that ended it.
  const std::optional<Finding>& rollback() const { return rollback_; }
  /// Records what became of it. @param facts  JSON
  void record(const std::string& state, const std::string& criterion, const std::string& detail, const std::string& facts);
  /// Records the verdict, and waits for the journal.
  Verdict conclude();
  std::string facts_of(const Finding& finding) const;
  std::string totals_json() const;
  const Judge& judge() const { return judge_; }
  double monitored_s() const { return monitored_s_; }
  double remaining_s() const;
  double gap_s() const { return gap_s_; }

 private:
  void begin();
  bool wait();  ///< for the next sample. @return false: stop
  void take();
  void leave_out_smoke(Sample& sample);
  void follow(std::size_t command);
  void write_metrics(bool ended);

  WatchTools tools_;
  WatchOptions options_;
  journal::Uuid id_;
  Patterns patterns_;
  LogTally tally_;
  std::vector<std::unique_ptr<LogFile>> files_;
  std::optional<Redis> redis_;
  Database database_;
  Judge judge_;
  bool went_on_;
  std::map<std::string, LogPlace> places_;
  Sample last_;
  std::uint64_t n_ = 0;
  double monitored_s_ = 0, gap_s_ = 0, fresh_gap_s_ = 0;
  std::chrono::steady_clock::time_point next_{}, sampled_{};
  std::optional<Finding> rollback_;
  bool breached_ = false;
  std::map<journal::Seq, std::uint64_t> smokes_left_out_;
  std::uint64_t held_ = 0;  ///< rate_limited lines of a smoke test that still runs: whose they are is known at its end
  double held_s_ = 0;
  bool metrics_failed_ = false;
  StopFlag commands_stop_;
};

}  // namespace tidemark::engine::runbook::monitor
