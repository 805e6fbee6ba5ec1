#pragma once
/// How many subjects the next chunk takes: so many that it lasts about as long as is aimed at, so that no lock is held long. Thread-safe.

#include <chrono>
#include <cstddef>
#include <mutex>

namespace tidemark::engine::conversion {

struct ChunkBounds {
  std::size_t start = 1000;
  std::size_t least = 10, most = 2000;  ///< `start` may lie outside of them: then it widens them
  std::chrono::milliseconds aim{0};     ///< 0: always `start`, but after time-outs
  bool operator==(const ChunkBounds&) const = default;
};

class ChunkSize {
 public:
  explicit ChunkSize(const ChunkBounds& bounds);
  std::size_t now() const;
  /// A chunk of so many was done, or the query for its keys.
  void took(std::size_t subjects, std::chrono::milliseconds time);
  /// The target ended a chunk, or the query for its keys: locks or statement took too long.
  void timed_out();

 private:
  ChunkBounds bounds_;
  std::size_t size_;
  mutable std::mutex mutex_;
};

}  // namespace tidemark::engine::conversion
