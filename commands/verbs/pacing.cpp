#include "commands/verbs/pacing.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "commands/duration.h"
#include "commands/signals.h"
#include "engine/runbook/monitor/metrics.h"

namespace tidemark::commands {
namespace {

constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::seconds kMetrics{5};

engine::Failure no_time(const std::string& option, const std::string& text, const std::string& why, const std::string& example) {
  return engine::Failure(engine::ExitCode::usage, "reading the command line", option + " " + text, why, "Nothing was written.", "tidemark convert " + option + " " + example);
}

/// What the declaration says bounds what is configured; a size from the command line stands, but above its max.
void keep_declared(engine::conversion::ChunkBounds& chunk, const engine::conversion::Tables& declared, bool named) {
  const auto most = declared.chunk_max > 0 ? static_cast<std::size_t>(declared.chunk_max) : std::numeric_limits<std::size_t>::max();
  const auto least = named ? std::size_t{1} : static_cast<std::size_t>(declared.chunk_min);
  chunk.least = std::clamp(chunk.least, std::min(least, most), most);
  chunk.most = std::clamp(chunk.most, chunk.least, most);
  chunk.start = std::clamp(chunk.start, std::max<std::size_t>(1, std::min(least, most)), most);
}

}  // namespace

engine::conversion::PaceOptions pace_of(Door& door, const Convert& options) {
  const auto& configured = door.configuration.convert;
  engine::conversion::PaceOptions pace;
  auto& chunk = pace.chunk;
  chunk.start = options.chunk.value_or(configured.chunk);
  chunk.least = configured.chunk_least;
  chunk.most = configured.chunk_most;
  if (!options.chunk) chunk.aim = std::chrono::milliseconds(configured.chunk_ms);
  pace.throttle = door.configuration.throttle;
  if (options.polite) {
    pace.throttle = polite(pace.throttle);
    if (!options.chunk) {
      chunk.start = std::min<std::size_t>(chunk.start, 50);
      chunk.aim = std::min(chunk.aim, std::chrono::milliseconds(20));
    }
  }
  keep_declared(chunk, door.conversion().tables(), options.chunk.has_value());
  pace.max_subjects = options.max_profiles;
  if (!options.between.empty()) {
    pace.between = engine::TimeWindow::parse(options.between);
    if (!pace.between) throw no_time("--between", options.between, "it isn't a window between two different local times", "22:00-06:00");
  }
  return pace;
}

Pacing::Pacing(Door& door, const Convert& options) : door_(door), metrics_file_(options.metrics_file) {
  const auto now = door.environment().clock.utc();
  const auto ends = [&](journal::UtcMicros at, const char* why) {
    if (end_.value != 0 && end_.value <= at.value) return;
    end_ = at;
    why_ = why;
  };
  if (!options.for_.empty()) {
    const auto time = parse_duration(options.for_);
    if (!time) throw no_time("--for", options.for_, "it isn't a length of time", "3h");
    ends(journal::UtcMicros{now.value + std::chrono::duration_cast<std::chrono::microseconds>(*time).count()}, "--for");
  }
  if (!options.stop_at.empty()) {
    if (const auto time = engine::parse_time_of_day(options.stop_at)) {
      ends(engine::next_time(now, *time), "--stop-at");
    } else {
      const auto moment = journal::parse_utc(options.stop_at);
      if (!moment) throw no_time("--stop-at", options.stop_at, "it is neither a local time nor RFC 3339", "06:00");
      if (moment->value <= now.value) throw no_time("--stop-at", options.stop_at, "it is past", "06:00");
      ends(*moment, "--stop-at");
    }
  }
  timer_ = door.executor().every(kLook, [this] { look(); });
}

Pacing::~Pacing() = default;

double Pacing::stops_in() const {
  return end_.value == 0 ? -1 : std::max(0.0, static_cast<double>(end_.value - door_.environment().clock.utc().value) / 1e6);
}

void Pacing::look() {
  try {
    if (end_.value != 0 && stops_in() == 0) door_.stop().request_by_limit(why_);
    if (progress_was_asked()) door_.console().show_progress();
    const auto now = std::chrono::steady_clock::now();
    if (now - written_ < kMetrics) return;
    written_ = now;
    write_metrics();
  } catch (const std::exception& error) {
    door_.console().say(engine::Observer::Level::warning, std::string("the progress could not be told: ") + error.what());
  }
}

void Pacing::write_metrics() {
  if (metrics_file_.empty()) return;
  if (const auto view = door_.console().view()) engine::runbook::monitor::replace_file(metrics_file_, progress_metrics(*view));
}

std::string progress_metrics(const ProgressView& view) {
  std::string out;
  const auto metric = [&](const char* name, const char* type, const char* help, double value) {
    char text[512];
    std::snprintf(text, sizeof text, "# HELP tidemark_convert_%s %s\n# TYPE tidemark_convert_%s %s\ntidemark_convert_%s %.15g\n", name, help, name, type, name, value);
    out += text;
  };
  metric("profiles", "gauge", "Profiles that there are", static_cast<double>(view.total));
  metric("profiles_estimated", "gauge", "1: their number is the planner's estimate", view.estimated);
  metric("profiles_done", "gauge", "Profiles on record, earlier runs' too", static_cast<double>(view.done));
  metric("links_total", "counter", "Links created in this run", static_cast<double>(view.rows));
  metric("refused_total", "counter", "Profiles refused in this run", static_cast<double>(view.refused));
  metric("profiles_per_second", "gauge", "Rate of the last seconds", view.now);
  metric("profiles_per_second_average", "gauge", "Rate of this run", view.average);
  metric("chunk_seconds", "gauge", "Time that the last transaction took", view.chunk_seconds);
  metric("held_up", "gauge", "1: slowed down, halted, or outside of its hours", !view.held_up.empty());
  metric("run_seconds", "gauge", "Age of this run", view.seconds);
  if (view.left >= 0) metric("left_seconds", "gauge", "Time until all are done, by the clock", view.left);
  if (view.stops_in >= 0) metric("stops_in_seconds", "gauge", "Time until the run ends itself", view.stops_in);
  return out;
}

}  // namespace tidemark::commands
