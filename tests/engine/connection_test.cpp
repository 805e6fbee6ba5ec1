#include "engine/connection.h"

#include <catch2/catch.hpp>

using namespace tidemark::engine;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// A server that answers nobody; each question costs 10 ms of the test's own time.
struct Silent final : Target {
  explicit Silent(steady_clock::time_point& clock) : now(clock) {}
  std::unique_ptr<Session> connect(const std::string&, bool) override {
    ++asked;
    now += milliseconds(10);
    throw TargetError(kind, "", "could not connect to server: Connection refused");
  }
  std::string name() const override { return "127.0.0.1:5432/valine"; }
  steady_clock::time_point& now;
  TargetError::Kind kind = TargetError::Kind::connection;
  int asked = 0;
};

struct Pauses final : Executor {
  explicit Pauses(steady_clock::time_point& clock) : now(clock) {}
  void run(std::vector<std::function<bool()>>) override {}
  void post(std::function<void()>) override {}
  void drain() override {}
  std::unique_ptr<Periodic> every(milliseconds, std::function<void()>) override { return nullptr; }
  void pause(milliseconds at_most, const std::function<bool()>&) override {
    made.push_back(at_most);
    now += at_most;
    if (stop_after != 0 && made.size() == stop_after) stop->request(15);
  }
  steady_clock::time_point& now;
  std::vector<milliseconds> made;
  std::size_t stop_after = 0;
  StopFlag* stop = nullptr;
};

struct Quiet final : Observer {
  void say(Level level, const std::string& message) override { said.push_back((level == Level::warning ? "warning: " : "") + message); }
  void progress(const Progress&) override {}
  void throttled(const std::string&, const std::string&) override {}
  std::vector<std::string> said;
};

struct World {
  steady_clock::time_point now{};
  Silent target{now};
  Pauses pauses{now};
  Faults faults;
  Quiet observer;
  StopFlag stop;
  Clock clock{Clock::system().utc, [this] { return now; }};
  Uuid7 ids{Clock::system()};
  Environment environment{target, pauses, clock, faults, observer, stop, ids, Limits{}, Who{}};
};

}  // namespace

TEST_CASE("a lost connection is sought with growing pauses until the limit, then it is 75") {
  World world;
  world.environment.limits.connection_retry_ms = 30000;
  Connection connection(world.environment, "7/1");
  try {
    connection.reconnect("server closed the connection");
    FAIL("it found a server");
  } catch (const Failure& failure) {
    CHECK(failure.code == ExitCode::paused);
    CHECK(failure.object == "127.0.0.1:5432/valine");
    CHECK(failure.answer == "could not connect to server: Connection refused");
    CHECK(failure.next.find("run the same command again") == 0);
  }
  CHECK(world.observer.said == std::vector<std::string>{"warning: connection to 127.0.0.1:5432/valine lost (server closed the connection); connecting again"});
  const auto& made = world.pauses.made;
  CHECK(world.target.asked == static_cast<int>(made.size()) + 1);
  const auto took = world.now.time_since_epoch();
  CHECK(took >= milliseconds(30000));
  CHECK(took < milliseconds(30000 + 5000 + 20));
  // Each is between the half and the whole of 50, 100, ... 5000 ms.
  auto whole = milliseconds(50);
  for (const auto pause : made) {
    INFO(whole.count());
    CHECK(pause >= whole / 2);
    CHECK(pause <= whole);
    whole = std::min(whole * 2, milliseconds(5000));
  }
  REQUIRE(made.size() >= 10);
}

TEST_CASE("two that lost the same server don't come back at the same moments") {
  World one, two;
  for (auto* world : {&one, &two}) CHECK_THROWS_AS(Connection(world->environment, "7/1").reconnect("gone"), Failure);
  CHECK(one.pauses.made != two.pauses.made);  // equal by chance once in 2^200
}

TEST_CASE("whoever waits for a server ends when asked to, and at once when the server says no") {
  World world;
  SECTION("asked to stop") {
    world.pauses.stop = &world.stop;
    world.pauses.stop_after = 3;
    CHECK_THROWS_AS(Connection(world.environment, "7/1").reconnect("gone"), Failure);
    CHECK(world.target.asked == 4);
  }
  SECTION("not let in any more") {
    world.target.kind = TargetError::Kind::privilege;
    CHECK_THROWS_AS(Connection(world.environment, "7/1").reconnect("gone"), TargetError);
    CHECK(world.target.asked == 1);
    CHECK(world.pauses.made.empty());
  }
}
