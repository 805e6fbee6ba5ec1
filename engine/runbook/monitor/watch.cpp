#include "engine/runbook/monitor/watch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/runbook/monitor/metrics.h"
#include "engine/runbook/process.h"

namespace tidemark::engine::runbook::monitor {
namespace {

using Json = nlohmann::ordered_json;
using Level = Observer::Level;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

constexpr double kGapSeconds = 5;  ///< that a wait may last longer than meant, on a busy machine

template <class T>
Json or_null(const std::optional<T>& value) { return value ? Json(*value) : Json(); }

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Watch::Watch(WatchTools tools, WatchOptions options, journal::Uuid id, std::vector<Sample> samples, bool went_on)
    : tools_(std::move(tools)), options_(std::move(options)), id_(id), patterns_(options_.patterns), tally_(patterns_),
      database_(tools_.target, tools_.clock, options_.database), judge_(options_.criteria, options_.baseline, !options_.logs.empty() || !options_.commands.empty()),
      went_on_(went_on) {
  if (options_.redis) redis_.emplace(*options_.redis);
  for (const auto& sample : samples) {
    breached_ = !judge_.take(sample).empty() || breached_;
    monitored_s_ += sample.seconds;
    n_ = std::max(n_, sample.n);
    places_ = sample.logs.sources;
  }
  for (const auto& finding : judge_.findings(false)) {
    if (finding.rollback && finding.verdict == Verdict::breached) rollback_ = finding;  // it was killed between the breach and the rollback
  }
}
Watch::~Watch() = default;

double Watch::remaining_s() const { return std::max(0.0, Seconds(options_.duration).count() - monitored_s_); }

void Watch::record(const std::string& state, const std::string& criterion, const std::string& detail, const std::string& facts) {
  tools_.recording.add(journal::MonitorJudged{id_, options_.purpose, state, criterion, "", detail, facts});
}

std::string Watch::facts_of(const Finding& finding) const {
  return dump({{"value", or_null(finding.value)}, {"limit", or_null(finding.limit)}, {"baseline", or_null(finding.baseline)}, {"unit", finding.unit}});
}

void Watch::begin() {
  const auto now = tools_.clock.steady();
  sampled_ = now;
  next_ = now + options_.interval;
  for (const auto& path : options_.logs) {
    const auto at = places_.find(path);
    // A file that wasn't there when we stopped has no place; then what comes is read from its beginning.
    files_.push_back(std::make_unique<LogFile>(path, at == places_.end() ? std::nullopt : std::optional(at->second), [this, path](std::string_view line) { tally_.line(path, line); }));
    tally_.place(path, files_.back()->place());
    if (files_.back()->place().state != "following") tools_.say(Level::warning, path + " is " + files_.back()->place().state + "; it is followed from its beginning when it comes");
  }
  if (went_on_) {
    record("resumed", "", "", dump({{"remaining_s", remaining_s()}}));
  } else {
    const auto& c = options_.criteria;
    Json limits = {{"error_rate_increase", c.error_rate_increase}, {"query_p95_ms", c.query_p95_ms}, {"rate_limited", c.rate_limited_max}, {"database_error", c.database_error_max},
                   {"5xx", c.status_5xx_max}, {"probe_failures", c.probe_failures_max}, {"rollback_error_rate", c.rollback_error_rate}, {"rollback_p95_ms", c.rollback_p95_ms},
                   {"requests_min", c.requests_min}};
    record("started", "", "",
           dump({{"for_s", Seconds(options_.duration).count()}, {"interval_s", Seconds(options_.interval).count()}, {"warm_up_s", Seconds(options_.warm_up).count()},
                 {"consecutive", c.consecutive}, {"limits", limits}, {"baseline", options_.baseline ? Json(options_.baseline->monitoring) : Json()},
                 {"baseline_error_rate", options_.baseline ? Json(options_.baseline->error_rate) : Json()}, {"conversion_run", options_.conversion_run},
                 {"logs", options_.logs}, {"commands", options_.commands}, {"redis", options_.redis.has_value()}}));
  }
  tools_.recording.flush();
}

bool Watch::wait() {
  while (!tools_.stop.requested()) {
    for (auto& file : files_) file->poll();
    const auto now = tools_.clock.steady();
    if (now >= next_) return true;
    const auto part = std::min(std::chrono::duration_cast<Milliseconds>(next_ - now) + Milliseconds(1), Milliseconds(500));
    // The steady clock stands still while a laptop sleeps, the wall clock doesn't; both go on while we are stopped.
    const auto wall = tools_.clock.utc();
    tools_.executor.pause(part, [&] { return tools_.stop.requested(); });
    const double by_wall = static_cast<double>(tools_.clock.utc().value - wall.value) / 1e6;
    const double by_steady = Seconds(tools_.clock.steady() - now).count();
    const double lost = std::max(by_wall, by_steady) - Seconds(part).count();
    if (lost > kGapSeconds) {
      fresh_gap_s_ += lost;
      gap_s_ += lost;
      // What was slept through is no part of an interval: nobody watched.
      sampled_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(std::max(0.0, by_steady - Seconds(part).count())));
      next_ = std::max(next_, tools_.clock.steady());
    }
  }
  return false;
}

void Watch::take() {
  Sample sample;
  sample.monitoring = to_string(id_);
  sample.n = ++n_;
  database_.measure(sample);
  if (redis_) sample.redis = redis_->measure();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i]->poll();
    tally_.place(options_.logs[i], files_[i]->place());
  }
  sample.logs = tally_.take();
  const auto now = tools_.clock.steady();
  sample.at = to_string(tools_.clock.utc());
  sample.seconds = Seconds(now - sampled_).count();
  sample.warm_up = monitored_s_ < Seconds(options_.warm_up).count();
  sampled_ = now;
  next_ = std::max(next_ + options_.interval, now);
  monitored_s_ += sample.seconds;
  leave_out_smoke(sample);

  if (fresh_gap_s_ > 0) {
    const auto text = "nobody watched for " + std::to_string(static_cast<long>(fresh_gap_s_)) + " s (a sleeping machine?); the monitoring lasts so much longer";
    record("gap", "", text, dump({{"seconds", fresh_gap_s_}}));
    tools_.say(Level::warning, text);
    fresh_gap_s_ = 0;
  }
  for (const auto& [name, place] : sample.logs.sources) {
    const auto before = last_.logs.sources.find(name);
    if (before != last_.logs.sources.end() && before->second.state != place.state) tools_.say(Level::warning, name + " is " + place.state);
    else if (before != last_.logs.sources.end() && place.inode != before->second.inode && place.inode != 0) tools_.say(Level::debug, name + " was rotated");
  }
  if (sample.database.ok != last_.database.ok && last_.n != 0) {
    tools_.say(Level::warning, sample.database.ok ? "the database answers again" : "the database doesn't answer: " + sample.database.error);
  }
  tools_.recording.add(journal::ProbeSampled{options_.purpose, to_json(sample)});
  for (const auto& finding : judge_.take(sample)) {
    breached_ = true;
    record("breached", finding.criterion, finding.detail, facts_of(finding));
    tools_.say(Level::warning, std::string(finding.rollback ? "ROLLBACK criterion: " : "breached: ") + finding.detail);
    if (finding.rollback && !rollback_) rollback_ = finding;
  }
  tools_.recording.flush();
  last_ = std::move(sample);
  write_metrics(false);
  tools_.show({options_, last_, judge_, monitored_s_, tools_.recording.waiting()});
}

void Watch::leave_out_smoke(Sample& sample) {
  auto& patterns = sample.logs.patterns;
  const auto found = patterns.find("rate_limited");
  if (found == patterns.end() && held_ == 0) return;
  const bool last = remaining_s() <= Seconds(options_.interval).count() / 2;
  if (!last && tools_.smoke_runs && tools_.smoke_runs()) {
    if (found != patterns.end()) held_ += std::exchange(found->second, 0);
    held_s_ += sample.seconds;
    return;
  }
  patterns["rate_limited"] += std::exchange(held_, 0);
  leave_out(tools_.smoke_hits(), smokes_left_out_, sample, static_cast<std::int64_t>(std::exchange(held_s_, 0) * 1e6));
}

void Watch::write_metrics(bool ended) {
  if (options_.metrics_file.empty()) return;
  try {
    replace_file(options_.metrics_file, prometheus(last_, judge_, remaining_s(), ended));
    metrics_failed_ = false;
  } catch (const std::system_error& error) {  // a full disk must not end the monitoring
    if (!std::exchange(metrics_failed_, true)) tools_.say(Level::warning, std::string("the metrics can't be written: ") + error.what());
  }
}

void Watch::follow(std::size_t command) {
  const auto& name = options_.commands[command];
  ChildCommand child;
  child.argv = {"/bin/sh", "-c", name};
  child.secrets = options_.secrets;
  auto pause = Milliseconds(1000);
  tally_.place(name, {"running", 0, 0, 0, 0});
  while (!commands_stop_.requested()) {
    const auto end = run_child(child, tools_.executor, commands_stop_, tools_.clock, [&](ChildStream, std::string_view line) { tally_.line(name, line); });
    if (commands_stop_.requested()) return;
    tally_.place(name, {"ended", 0, 0, 0, 0});
    tools_.say(Level::warning, name + ": " + end.what + "; it is started again in " + std::to_string(pause.count() / 1000) + " s");
    tools_.executor.pause(pause, [&] { return commands_stop_.requested(); });
    pause = std::min(pause * 2, Milliseconds(30'000));
    if (end.lasted > Milliseconds(60'000)) pause = Milliseconds(1000);
    tally_.place(name, {"running", 0, 0, 0, 0});
  }
}

Watch::End Watch::run() {
  if (rollback_) return End::rollback;
  begin();
  std::vector<std::function<bool()>> steps;
  auto end = End::time_over;
  steps.emplace_back([&] {
    struct StopCommands {  // also when this throws: the others would go on for ever
      StopFlag& flag;
      ~StopCommands() { flag.request_by_command(); }
    } stop_commands{commands_stop_};
    while (true) {
      // The last interval need not be whole: half of one is within what was asked for.
      if (remaining_s() <= Seconds(options_.interval).count() / 2) end = End::time_over;
      else if (!wait()) end = End::stopped;
      else {
        take();
        if (rollback_) end = End::rollback;
        else if (breached_ && options_.stop_at_breach) end = End::breached;
        else continue;
      }
      return false;
    }
  });
  for (std::size_t i = 0; i < options_.commands.size(); ++i) {
    steps.emplace_back([this, i] {
      follow(i);
      return false;
    });
  }
  tools_.executor.run(std::move(steps));
  if (end == End::stopped) record("paused", "", tools_.stop.why(), dump({{"remaining_s", remaining_s()}}));
  return end;
}

std::string Watch::totals_json() const {
  const auto& totals = judge_.totals();
  Json criteria = Json::array();
  for (const auto& finding : judge_.findings(true)) {
    criteria.push_back({{"name", finding.criterion}, {"verdict", to_string(finding.verdict)}, {"value", or_null(finding.value)}, {"limit", or_null(finding.limit)},
                        {"baseline", or_null(finding.baseline)}, {"unit", finding.unit}, {"detail", finding.detail}});
  }
  return dump({{"samples", totals.samples}, {"monitored_s", monitored_s_}, {"gap_s", gap_s_}, {"requests", totals.requests}, {"errors", totals.errors},
               {"error_rate", or_null(totals.error_rate())}, {"p50_ms", or_null(percentile_ms(totals.us, 50))}, {"p95_ms", or_null(percentile_ms(totals.us, 95))},
               {"p99_ms", or_null(percentile_ms(totals.us, 99))}, {"probes", totals.probes}, {"probes_failed", totals.probes_failed}, {"criteria", criteria}});
}

Verdict Watch::conclude() {
  const auto verdict = judge_.verdict(true);
  std::string why;
  for (const auto& finding : judge_.findings(true)) {
    if (finding.verdict == verdict && verdict != Verdict::healthy) why += (why.empty() ? "" : "; ") + finding.detail;
  }
  tools_.recording.add(journal::MonitorJudged{id_, options_.purpose, "ended", "", to_string(verdict), why, totals_json()});
  write_metrics(true);
  return verdict;
}

}  // namespace tidemark::engine::runbook::monitor
