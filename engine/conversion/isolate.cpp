#include "engine/conversion/isolate.h"

#include <algorithm>
#include <unordered_set>

#include "engine/conversion/portions.h"

namespace tidemark::engine::conversion {
namespace {
constexpr int kLockTries = 5;
constexpr int kLockedParts = 24;  ///< one after the other: to find one held subject among 100,000, the largest chunk, takes 18
constexpr int kNamed = 8;  ///< so many culprits one by one; after that the rest is halved

void append(Keys& to, Keys from) { to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())); }
}  // namespace

Keys Isolator::convert(const Work& work, bool record_deferred) {
  record_deferred_ = record_deferred;
  return part(work, {}, 0);
}

Keys Isolator::part(const Work& work, Refusals refusals, int depth) {
  if (gave_up_) return work.keys;
  for (int locked_out = 0;;) {
    std::string named;
    try {
      auto left = chunk_.attempt(work, refusals, record_deferred_);
      locked_out_ = 0;
      return left;
    } catch (const TooMuchAtOnce& many) {
      return piecewise(work, many.portions, depth);
    } catch (const TargetError& error) {
      switch (error.kind) {
        case TargetError::Kind::connection: connection_.reconnect(error.what()); continue;
        case TargetError::Kind::lock:
          environment_.observer.say(Observer::Level::debug, std::string("chunk will be tried again: ") + error.what());
          size_.timed_out();
          if (environment_.stop.requested()) {  // nothing of it was done, and its range is not closed: the next run does it
            gave_up_ = true;
            return work.keys;
          }
          // What took too long for many may not for fewer; who is locked out waits for others.
          if (!(error.sqlstate == "57014" && work.keys.size() > 1) && ++locked_out < kLockTries) {
            environment_.executor.pause(std::chrono::milliseconds(50 << locked_out), [&] { return environment_.stop.requested(); });
            continue;
          }
          if (locked_out == kLockTries) {
            if (++locked_out_ == kLockedParts) throw;
            if (locked_out_ == 1) environment_.observer.say(Observer::Level::warning, std::string("another session holds what a chunk needs; it is tried again in smaller pieces (tidemark preflight names who holds a table): ") + error.what());
          }
          if (work.keys.size() == 1 && !work.closes) return work.keys;  // left to do
          if (work.keys.empty()) throw;
          break;
        case TargetError::Kind::data:
          if (work.keys.empty()) throw;
          named = chunk_.culprit(error);
          if (work.keys.size() == 1) {
            if (refusals.contains(work.keys.front())) throw;  // refused already, and still: not this subject's fault
            refused_(work.keys.front(), error);
            refusals[work.keys.front()] = {error.sqlstate, error.what()};
            continue;
          }
          break;
        case TargetError::Kind::privilege:
        case TargetError::Kind::other: throw;
      }
    }
    // Smaller pieces, each a unit of its own; the last one closes the range.
    Keys left;
    Work rest{{}, work.closes};
    if (!named.empty() && depth < kNamed) {
      left = part({{named}, std::nullopt}, {}, depth + 1);
      std::copy_if(work.keys.begin(), work.keys.end(), std::back_inserter(rest.keys), [&](const auto& key) { return key != named; });
    } else if (work.keys.size() == 1) {
      left = part({work.keys, std::nullopt}, {}, depth + 1);  // locked out: the range still closes, this key stays open
      append(left, part(rest, {}, depth + 1));
      return left;
    } else {
      const auto middle = work.keys.begin() + static_cast<std::ptrdiff_t>(work.keys.size() / 2);
      left = part({{work.keys.begin(), middle}, std::nullopt}, {}, depth + 1);
      rest.keys.assign(middle, work.keys.end());
    }
    append(left, part(rest, {}, depth + 1));
    return left;
  }
}

/// Each portion a unit of its own; then whoever wasn't locked, perhaps because others hold a row. The last unit closes the range.
Keys Isolator::piecewise(const Work& work, std::vector<Keys> portions, int depth) {
  std::unordered_set<std::string> in_portions;
  for (const auto& portion : portions) in_portions.insert(portion.begin(), portion.end());
  Keys others;
  std::copy_if(work.keys.begin(), work.keys.end(), std::back_inserter(others), [&](const auto& key) { return !in_portions.contains(key); });
  if (!others.empty()) portions.push_back(std::move(others));
  Keys left;
  for (auto& portion : portions) append(left, part({std::move(portion), &portion == &portions.back() ? work.closes : std::nullopt}, {}, depth + 1));
  return left;
}

}  // namespace tidemark::engine::conversion
