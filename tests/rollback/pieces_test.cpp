#include "engine/rollback/pieces.h"

#include <catch2/catch.hpp>

using namespace tidemark::engine;
using namespace tidemark::engine::rollback;
using std::chrono::milliseconds;

namespace {

struct Nowhere final : Target {
  std::unique_ptr<Session> connect(const std::string&, bool) override { throw TargetError(TargetError::Kind::connection, "", "refused"); }
  std::string name() const override { return "nowhere"; }
};
struct Pausing final : Executor {
  void run(std::vector<std::function<bool()>>) override {}
  void post(std::function<void()>) override {}
  void drain() override {}
  std::unique_ptr<Periodic> every(milliseconds, std::function<void()>) override { return nullptr; }
  void pause(milliseconds at_most, const std::function<bool()>& until) override {
    if (!until()) waited += at_most;
  }
  milliseconds waited{};
};
struct Silent final : Observer {
  void say(Level, const std::string&) override {}
};

struct Bench {
  Nowhere target;
  Pausing executor;
  Faults faults;
  Silent observer;
  StopFlag stop;
  Uuid7 ids{Clock::system()};
  Environment environment{target, executor, Clock::system(), faults, observer, stop, ids, Limits{}, Who{}};
  Connection connection{environment, "7/1"};
  std::vector<std::string> refused;

  /// The target objects to these subjects, each time. @return what is left
  Keys go(const Keys& subjects, const std::string& objects, TargetError::Kind kind) {
    return in_pieces(
        environment, connection, subjects,
        [&](const Keys& piece) -> Keys {
          ++attempts;
          for (const auto& key : piece) {
            if (objects.find(key) != objects.npos) throw TargetError(kind, "", "no " + key);
          }
          return {};
        },
        [&](const std::string& subject, const TargetError& error) { refused.push_back(subject + ": " + error.what()); });
  }
  int attempts = 0;
};

}  // namespace

TEST_CASE("what the target won't have is found by halves, and refused alone") {
  Bench bench;
  CHECK(bench.go({"a", "b", "c", "d", "e"}, "be", TargetError::Kind::data).empty());
  CHECK(bench.refused == std::vector<std::string>{"b: no b", "e: no e"});
  CHECK(bench.executor.waited == milliseconds(0));
}

TEST_CASE("what is locked is tried five times with growing pauses, then by halves, and what is locked still is left, not refused") {
  Bench bench;
  CHECK(bench.go({"a", "b"}, "b", TargetError::Kind::lock) == Keys{"b"});
  CHECK(bench.refused.empty());
  CHECK(bench.attempts == 5 + 1 + 5);
  CHECK(bench.executor.waited == 2 * milliseconds(100 + 200 + 400 + 800));
}

TEST_CASE("any other answer ends the work") {
  Bench bench;
  CHECK_THROWS_AS(bench.go({"a", "b"}, "a", TargetError::Kind::privilege), TargetError);
  CHECK(bench.attempts == 1);
}

TEST_CASE("what is left is tried again one by one, ten times at most, and no more after a stop") {
  Bench bench;
  const bool stop = GENERATE(false, true);
  std::vector<std::size_t> sizes;
  bool more = true;
  const auto left = through(bench.environment, [&] { return std::exchange(more, false) ? Keys{"a", "b", "c"} : Keys{}; }, [&](const Keys& keys) {
    sizes.push_back(keys.size());
    if (stop) bench.stop.request(15);
    return keys.size() == 3 ? Keys{"a", "c"} : keys.front() == "c" && sizes.size() > 6 ? Keys{} : keys;
  });
  CHECK(left == (stop ? Keys{"a", "c"} : Keys{"a"}));
  CHECK(sizes.front() == 3);
  CHECK(sizes.size() == (stop ? 1u : 1u + 3 * 2 + 7));
}
