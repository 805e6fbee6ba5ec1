#include "engine/conversion/chunk_size.h"

#include <algorithm>

namespace tidemark::engine::conversion {

ChunkSize::ChunkSize(const ChunkBounds& bounds) : bounds_(bounds), size_(bounds.start) {
  bounds_.least = std::max<std::size_t>(1, std::min(bounds_.least, bounds_.start));
  bounds_.most = bounds_.aim.count() > 0 ? std::max(bounds_.most, bounds_.start) : bounds_.start;
}

std::size_t ChunkSize::now() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

// One chunk tells little on a busy machine: half the way at most, and never from a chunk that was much smaller than the size is.
void ChunkSize::took(std::size_t subjects, std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  if (2 * subjects < size_) return;
  const double size = static_cast<double>(size_);
  double wanted = 1.5 * size;
  if (bounds_.aim.count() > 0) {
    const double ideal = static_cast<double>(subjects) * static_cast<double>(bounds_.aim.count()) / std::max(1.0, static_cast<double>(time.count()));
    wanted = std::clamp((size + ideal) / 2, 0.5 * size, 1.5 * size);
  }
  size_ = std::clamp(static_cast<std::size_t>(wanted + 0.5), bounds_.least, bounds_.most);
}

void ChunkSize::timed_out() {
  const std::lock_guard lock(mutex_);
  size_ = std::max(bounds_.least, size_ / 2);
}

}  // namespace tidemark::engine::conversion
