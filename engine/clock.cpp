#include "engine/clock.h"

#include <csignal>
#include <memory>
#include <random>

namespace tidemark::engine {

Clock Clock::system() {
  return {[] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return journal::UtcMicros{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
          },
          [] { return std::chrono::steady_clock::now(); }};
}

Uuid7::Random Uuid7::device() {
  return [device = std::make_shared<std::random_device>()] { return (*device)(); };
}

journal::Uuid Uuid7::next() {
  const std::lock_guard lock(mutex_);
  const std::int64_t ms = clock_.utc().value / 1000;
  if (ms > last_ms_) {
    last_ms_ = ms;
    high_ = random_() & 0x7FF;  // the top bit stays free, so that a millisecond has room to count
    low_ = ((std::uint64_t{random_()} << 32) | random_()) & 0x3FFFFFFFFFFFFFFF;
  } else if (low_ = (low_ + 1) & 0x3FFFFFFFFFFFFFFF; low_ == 0 && (high_ = (high_ + 1) & 0xFFF) == 0) {
    ++last_ms_;  // 2^74 ids in a millisecond; and also what a clock that went back leads to: we go on from the last one
  }
  journal::Uuid id;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(last_ms_ >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (high_ >> 8));
  id.bytes[7] = static_cast<std::uint8_t>(high_);
  for (int i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

std::string StopFlag::why() const {
  switch (signal_.load(std::memory_order_relaxed)) {
    case 0: return "";
    case -1: return "tidemark stop";
    case -2: return limit_.load(std::memory_order_relaxed);
    case SIGINT: return "SIGINT";
    case SIGTERM: return "SIGTERM";
    default: return "a signal";
  }
}

}  // namespace tidemark::engine
