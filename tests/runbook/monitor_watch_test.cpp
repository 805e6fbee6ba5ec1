// The monitoring's loop on a clock of ours: a machine that sleeps, a process that is stopped, a database that is away.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/runbook/monitor/watch.h"

using namespace tidemark;
using namespace tidemark::engine;
using namespace tidemark::engine::runbook::monitor;
using namespace std::chrono_literals;

namespace {

/// Two clocks: the steady one stands still while a machine sleeps.
struct Time {
  std::int64_t utc_us = 1'763'850'000'000'000;
  std::chrono::steady_clock::time_point steady{1h};
  void pass(std::chrono::microseconds by) {
    utc_us += by.count();
    steady += by;
  }
  Clock clock() {
    return {[this] { return journal::UtcMicros{utc_us}; }, [this] { return steady; }};
  }
};

/// One thread; a pause takes no time but on our clock. `disturb` sees how far the monitoring is, before each pause.
class OneThread final : public Executor {
 public:
  OneThread(Time& time, std::function<void()> disturb) : time_(time), disturb_(std::move(disturb)) {}
  void run(std::vector<std::function<bool()>> steps) override {
    for (auto& step : steps) {
      while (step()) {
      }
    }
  }
  void post(std::function<void()> task) override { task(); }
  void drain() override {}
  std::unique_ptr<Periodic> every(std::chrono::milliseconds, std::function<void()>) override { return nullptr; }
  void pause(std::chrono::milliseconds at_most, const std::function<bool()>&) override {
    disturb_();
    time_.pass(at_most);
  }

 private:
  Time& time_;
  std::function<void()> disturb_;
};

struct Away final : Target {
  std::unique_ptr<Session> connect(const std::string&, bool) override { throw TargetError(TargetError::Kind::connection, "", "connection refused"); }
  std::string name() const override { return "nowhere"; }
};

/// A monitoring of a minute, sampled each second, that finds no database.
struct Life {
  explicit Life(std::function<void(Time&, std::size_t shown)> disturb = [](Time&, std::size_t) {}) : disturb_(std::move(disturb)) {
    std::filesystem::create_directory(directory);
    auto writer = journal::Writer::create({directory + "/j.journal", "test", time.clock().utc}, {});
    writer.reset();
    options.duration = 60s;
    options.interval = 1s;
    options.warm_up = 0s;
    options.criteria.requests_min = 0;
    options.database.probes = {{"one", "SELECT 1"}};
  }
  ~Life() { std::filesystem::remove_all(directory); }

  Watch::End run() {
    Recording recording(directory + "/j.journal", "test", time.clock(), executor, stop);
    watch.emplace(WatchTools{target, executor, time.clock(), stop, recording, [this](Observer::Level, const std::string& text) { said.push_back(text); },
                             [this](const View&) { ++shown; }, [this] { return hits; }, smoke_runs},
                  options, journal::Uuid{}, samples, !samples.empty());
    const auto end = watch->run();
    if (end != Watch::End::stopped) verdict = watch->conclude();
    REQUIRE(recording.flush());
    return end;
  }
  /// The judgements in the journal with this state.
  std::vector<journal::MonitorJudged> judged(const std::string& state) const {
    std::vector<journal::MonitorJudged> found;
    journal::Reader(directory + "/j.journal").for_each({}, [&](const journal::Record& record) {
      const auto event = journal::decode(record);
      if (const auto* one = std::get_if<journal::MonitorJudged>(&event); one && one->state == state) found.push_back(*one);
      return true;
    });
    return found;
  }

  std::string directory = std::filesystem::temp_directory_path() / ("tidemark-watch-" + std::to_string(::getpid()));
  Time time;
  std::size_t shown = 0;
  std::function<void(Time&, std::size_t)> disturb_;
  OneThread executor{time, [this] { disturb_(time, shown); }};
  Away target;
  StopFlag stop;
  WatchOptions options;
  std::vector<Sample> samples;  // of before
  std::vector<SmokeHits> hits;
  std::function<bool()> smoke_runs;
  std::vector<std::string> said;
  std::optional<Watch> watch;
  Verdict verdict = Verdict::healthy;
};

bool said(const Life& life, const std::string& part) {
  return std::any_of(life.said.begin(), life.said.end(), [&](const auto& text) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("an undisturbed monitoring lasts as long as it was asked to, and takes a sample each interval") {
  Life life;
  life.options.criteria.probe_failures_max = -1;
  REQUIRE(life.run() == Watch::End::time_over);
  CHECK(life.shown == 60);
  CHECK(life.watch->monitored_s() == Approx(60).margin(1));
  CHECK(life.watch->gap_s() == 0);
  CHECK(life.judged("gap").empty());
}

TEST_CASE("the hours that a machine slept are no monitoring: it lasts so much longer, and says so") {
  const bool steady_stands_still = GENERATE(true, false);  // a laptop that sleeps; a process that was stopped
  bool slept = false;
  Life life([&](Time& time, std::size_t shown) {
    if (shown != 20 || std::exchange(slept, true)) return;
    if (steady_stands_still) time.utc_us += 7'200'000'000;
    else time.pass(2h);
  });
  life.options.criteria.probe_failures_max = -1;
  const auto begun = life.time.utc_us;
  REQUIRE(life.run() == Watch::End::time_over);
  CHECK(life.shown == 60);
  CHECK(life.watch->monitored_s() == Approx(60).margin(1.5));
  CHECK(life.watch->gap_s() == Approx(7200).margin(1));
  CHECK(static_cast<double>(life.time.utc_us - begun) / 1e6 == Approx(7260).margin(2));
  const auto gaps = life.judged("gap");
  REQUIRE(gaps.size() == 1);
  CHECK(nlohmann::json::parse(gaps.front().facts).at("seconds").get<double>() == Approx(7200).margin(1));
  CHECK(said(life, "nobody watched for 7"));
}

TEST_CASE("a wall clock that is set back is no gap and ends nothing early") {
  bool set = false;
  Life life([&](Time& time, std::size_t shown) {
    if (shown == 20 && !std::exchange(set, true)) time.utc_us -= 3'600'000'000;
  });
  life.options.criteria.probe_failures_max = -1;
  REQUIRE(life.run() == Watch::End::time_over);
  CHECK(life.shown == 60);
  CHECK(life.watch->gap_s() == 0);
}

TEST_CASE("a database that is away is a failed probe in each sample, and a breach after three in a row") {
  Life life;
  life.options.stop_at_breach = true;
  REQUIRE(life.run() == Watch::End::breached);
  CHECK(life.shown == 3);
  CHECK(life.verdict == Verdict::breached);
  const auto breaches = life.judged("breached");
  REQUIRE(breaches.size() == 1);
  CHECK(breaches.front().criterion == "probe_failures");
  CHECK(life.judged("ended").size() == 1);
}

TEST_CASE("a stop ends it after the sample in hand, and records what is left") {
  Life* self = nullptr;
  Life life([&](Time&, std::size_t shown) {
    if (shown == 10) self->stop.request(15);
  });
  self = &life;
  life.options.criteria.probe_failures_max = -1;
  REQUIRE(life.run() == Watch::End::stopped);
  const auto paused = life.judged("paused");
  REQUIRE(paused.size() == 1);
  CHECK(nlohmann::json::parse(paused.front().facts).at("remaining_s").get<double>() == Approx(50).margin(1));
}

TEST_CASE("answers 429 while a smoke test runs wait for its end, which says how many were its own; at the end of the time they count") {
  const auto [told, ends, breached] = GENERATE(table<std::uint64_t, bool, bool>({{5, true, false}, {4, true, true}, {5, false, false}, {0, false, true}}));
  CAPTURE(told, ends);
  Life* self = nullptr;
  bool running = true;
  std::size_t written = 0;
  Life life([&, told = told, ends = ends](Time& time, std::size_t shown) {
    if (shown >= 5 && shown < 10 && written < shown - 4) {
      std::ofstream(self->options.logs[0], std::ios::app) << "{\"status\":429}\n";
      ++written;
      if (written == 1) self->hits = {{7, {time.utc_us}, {time.utc_us}, told}};
      self->hits[0].to = {time.utc_us};
    }
    if (shown == 20) {
      CHECK(self->judged("breached").empty());  // not yet
      running = !ends;
    }
  });
  self = &life;
  life.options.logs = {life.directory + "/access.log"};
  std::ofstream(life.options.logs[0]).flush();
  life.options.criteria.probe_failures_max = -1;
  life.smoke_runs = [&] { return running; };
  REQUIRE(life.run() == Watch::End::time_over);
  CHECK(written == 5);
  const auto breaches = life.judged("breached");
  CHECK(breaches.size() == (breached ? 1 : 0));
  if (breached) CHECK(breaches.at(0).criterion == "rate_limited");
  CHECK(life.watch->judge().totals().patterns.at("rate_limited") == 5 - told);
}

TEST_CASE("what becomes of a log is said once") {
  Life* self = nullptr;
  std::size_t done = 0;
  Life life([&](Time&, std::size_t shown) {
    const auto& log = self->options.logs[0];
    if (shown == 10 && done == 0) std::ofstream(log) << "one\n", ++done;
    if (shown == 20 && done == 1) std::filesystem::rename(log, log + ".1"), std::ofstream(log) << "two\n", ++done;
    if (shown == 30 && done == 2) std::filesystem::remove(log), ++done;
  });
  self = &life;
  life.options.logs = {life.directory + "/access.log"};
  life.options.criteria.probe_failures_max = -1;
  REQUIRE(life.run() == Watch::End::time_over);
  const auto& log = life.options.logs[0];
  std::vector<std::string> about;
  for (const auto& text : life.said) {
    if (text.starts_with(log)) about.push_back(text.substr(log.size()));
  }
  CHECK(about == std::vector<std::string>{" is missing; it is followed from its beginning when it comes", " is following", " was rotated", " is missing"});
}

TEST_CASE("metrics that can't be written are told once, and again when they could be in between") {
  Life* self = nullptr;
  Life life([&](Time&, std::size_t shown) {
    const auto folder = self->directory + "/metrics";
    if (shown == 10) std::filesystem::create_directory(folder);
    if (shown == 20) std::filesystem::remove_all(folder);
  });
  self = &life;
  life.options.metrics_file = life.directory + "/metrics/m.prom";
  life.options.criteria.probe_failures_max = -1;
  REQUIRE(life.run() == Watch::End::time_over);
  CHECK(life.shown == 60);
  CHECK(std::count_if(life.said.begin(), life.said.end(), [](const auto& text) { return text.starts_with("the metrics can't be written: "); }) == 2);
}

TEST_CASE("a monitoring that was killed between the breach and the rollback goes on with the rollback") {
  Life life;
  Sample slow;
  slow.seconds = 1;
  slow.database.ok = true;
  slow.probes["one"].us = {9'000'000};
  const unsigned samples = GENERATE(2u, 3u);
  life.samples.assign(samples, slow);
  life.options.criteria.probe_failures_max = -1;
  if (samples == 2) {
    CHECK(life.run() == Watch::End::time_over);
    CHECK(life.judged("resumed").size() == 1);
    CHECK(life.watch->monitored_s() == Approx(60).margin(1));
  } else {
    CHECK(life.run() == Watch::End::rollback);
    CHECK(life.shown == 0);
    REQUIRE(life.watch->rollback());
    CHECK(life.watch->rollback()->criterion == "rollback_p95");
  }
}

TEST_CASE("what was found waits for a journal that another run has, and isn't lost") {
  Life life;
  const auto executor = make_thread_executor();
  Recording recording(life.directory + "/j.journal", "test", life.time.clock(), *executor, life.stop);
  CHECK(recording.flush());
  auto writer = journal::Writer::open({life.directory + "/j.journal", "another", life.time.clock().utc});
  recording.add(journal::MonitorJudged{{}, "monitor", "breached", "5xx", "", "", "{}"});
  CHECK_FALSE(recording.flush());
  CHECK_FALSE(recording.flush_at_last([] { return true; }));
  CHECK(recording.waiting() == 1);
  CHECK(life.judged("breached").empty());
  unsigned asked = 0;
  CHECK(recording.flush_at_last([&] {
    if (++asked == 2) writer.reset();
    return false;
  }));
  CHECK(recording.waiting() == 0);
  CHECK(life.judged("breached").size() == 1);
}
