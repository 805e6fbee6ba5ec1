// The monitoring's loop on a clock of ours: a machine that sleeps, a process that is stopped, a database that is away.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
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
                             [this](const View&) { ++shown; }, [] { return std::vector<SmokeHits>{}; }},
                  options, journal::Uuid{}, std::vector<Sample>{}, false);
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
