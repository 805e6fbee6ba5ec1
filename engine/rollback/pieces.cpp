#include "engine/rollback/pieces.h"

namespace tidemark::engine::rollback {
namespace {
constexpr int kLockTries = 5, kLeftTries = 10;

void append(Keys& to, const Keys& from) { to.insert(to.end(), from.begin(), from.end()); }
}  // namespace

Keys in_pieces(Environment& env, Connection& connection, const Keys& subjects, const std::function<Keys(const Keys&)>& attempt,
               const std::function<void(const std::string&, const TargetError&)>& refused) {
  int locked_out = 0;
  while (true) {
    try {
      return attempt(subjects);
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection) {
        connection.reconnect(error.what());
        continue;
      }
      const bool lock = error.kind == TargetError::Kind::lock;
      if (!lock && error.kind != TargetError::Kind::data) throw;
      if (lock && ++locked_out < kLockTries) {
        env.executor.pause(std::chrono::milliseconds(50 << locked_out), [&] { return env.stop.requested(); });
        continue;
      }
      if (subjects.size() == 1) {
        if (lock) return subjects;
        refused(subjects.front(), error);
        return {};
      }
    }
    const auto middle = subjects.begin() + static_cast<std::ptrdiff_t>(subjects.size() / 2);
    Keys left = in_pieces(env, connection, {subjects.begin(), middle}, attempt, refused);
    append(left, in_pieces(env, connection, {middle, subjects.end()}, attempt, refused));
    return left;
  }
}

Keys through(Environment& env, const std::function<Keys()>& next, const std::function<Keys(const Keys&)>& chunk) {
  Keys left;
  for (auto keys = next(); !keys.empty() && !env.stop.requested(); keys = next()) append(left, chunk(keys));
  for (int attempt = 0; attempt < kLeftTries && !left.empty() && !env.stop.requested(); ++attempt) {
    env.executor.pause(std::chrono::milliseconds(attempt == 0 ? 0 : 200), [&] { return env.stop.requested(); });
    Keys still;
    for (const auto& key : left) append(still, chunk({key}));
    left = still;
  }
  return left;
}

}  // namespace tidemark::engine::rollback
