#include "engine/conversion/pace.h"

namespace tidemark::engine::conversion {
namespace {
constexpr std::chrono::milliseconds kLook{500};  ///< at clock and throttle, while waiting
}  // namespace

Pace::Pace(Environment& environment, journal::Writer& journal, const std::string& purpose, const SourceShape& source, const PaceOptions& options)
    : environment_(environment), journal_(journal), options_(options), size_(options.chunk),
      throttle_(environment, purpose, source, options.throttle, journal.path(), [this](const std::string& cause, const std::string& action) { tell(cause, action); }) {}

void Pace::tell(const std::string& cause, const std::string& action) {
  journal_.append(journal::Throttled{cause.empty() ? "all limits hold" : cause, action});
  environment_.observer.throttled(cause, action);
  environment_.executor.post([&journal = journal_] {  // a run that halts writes nothing else, and who watches reads what is durable
    try {
      journal.flush();
    } catch (const std::exception&) {  // the worker that waits for the journal says it
    }
  });
}

bool Pace::ready() {
  auto& stop = environment_.stop;
  while (!stop.requested()) {
    if (options_.between && !options_.between->open(environment_.clock.utc())) {
      wait_for_window();
    } else if (throttle_.halted()) {
      environment_.executor.pause(kLook, [&] { return stop.requested() || !throttle_.halted(); });
    } else {
      return true;
    }
  }
  return false;
}

void Pace::wait_for_window() {
  auto& env = environment_;
  const auto& window = *options_.between;
  const bool first = !waiting_.exchange(true);  // of the workers; this one tells
  const std::string cause = "outside of " + window.text();
  if (first) tell(cause, "waits until " + local_text(window.opens(env.clock.utc())));
  while (!env.stop.requested() && !window.open(env.clock.utc())) env.executor.pause(kLook, [&] { return env.stop.requested(); });
  if (!first) return;
  waiting_ = false;
  if (!env.stop.requested()) tell("", "goes on");
}

std::size_t Pace::claim(std::size_t wanted) {
  if (options_.max_subjects == 0) return wanted;
  const std::lock_guard lock(mutex_);
  const auto granted = std::min<std::uint64_t>(wanted, options_.max_subjects - claimed_);
  claimed_ += granted;
  return static_cast<std::size_t>(granted);
}

void Pace::give_back(std::size_t unused) {
  const std::lock_guard lock(mutex_);
  if (options_.max_subjects != 0) claimed_ -= unused;
}

void Pace::took(std::size_t subjects, std::chrono::steady_clock::duration time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  size_.took(subjects, ms);
  if (const double rest = throttle_.rest(); rest > 0) {
    environment_.executor.pause(std::chrono::milliseconds(static_cast<std::int64_t>(rest * static_cast<double>(ms.count()))), [this] { return environment_.stop.requested(); });
  }
}

}  // namespace tidemark::engine::conversion
