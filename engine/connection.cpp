#include "engine/connection.h"

#include <algorithm>

namespace tidemark::engine {

Session& Connection::session() {
  if (!session_) session_ = environment_.target.connect(purpose_, read_only_);
  return *session_;
}

Session& Connection::reconnect(const std::string& why) {
  session_.reset();
  auto& env = environment_;
  const auto end = env.clock.steady() + std::chrono::milliseconds(env.limits.connection_retry_ms);
  auto pause = std::chrono::milliseconds(50);
  env.observer.say(Observer::Level::warning, "connection to " + env.target.name() + " lost (" + why + "); connecting again");
  while (true) {
    std::string answer;
    try {
      return session();
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::connection) throw;
      answer = error.what();
    }
    if (env.clock.steady() >= end || env.stop.requested()) {
      throw Failure(ExitCode::paused, "connecting again", env.target.name(), answer,
                    "Every unit that committed is recorded or will be found by its receipt; nothing is half done.",
                    "run the same command again: it resumes");
    }
    // Workers that lost the same server don't come back at the same moment: half of the pause is by chance.
    const auto jittered = pause / 2 + pause / 2 * env.ids.next().bytes[15] / 255;
    env.executor.pause(jittered, [&] { return env.stop.requested(); });
    pause = std::min(pause * 2, std::chrono::milliseconds(5000));
  }
}

}  // namespace tidemark::engine
