#pragma once
/// The journal's disk while a run writes: it stops before the disk is full, when what is under way can still be recorded to its end.

#include <cstdint>
#include <string>

namespace tidemark::engine {

struct DiskRoom {
  std::uint64_t free = 0;   ///< bytes that we may use
  std::uint64_t whole = 0;  ///< bytes in all
};
/// Bytes to be left free: for the write-ahead log (16 MiB before it is carried over), the pages that it is carried into, and what is in flight.
std::uint64_t kept_free(const DiskRoom& room);

/// Asks before each unit. A file system that doesn't answer is not a reason to stop. @throws Failure paused
void insist_on_room(const std::string& journal_path, const std::string& work);

}  // namespace tidemark::engine
