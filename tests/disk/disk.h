#pragma once
/// The disk under SQLite, as bad as a disk can be: calls that fail, writes that are kept until they are synced and then lost.
/// What isn't SQLite's (the lock file, links and directories) goes to the real file system.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// What happens to the call that fails.
enum class Fault {
  none,
  io_error,     ///< any call: it isn't done
  full_disk,    ///< a write: it isn't done, and SQLITE_FULL is answered
  short_write,  ///< a write: half of it is done
  failed_sync,  ///< a sync: its writes are never written, but read back as if they had been, and the next sync is fine (fsyncgate)
  power_loss,   ///< a sync: nothing happens any more; lose_power() says what is left
};
const char* name_of(Fault fault);

/// What of the writes that were not synced reached the disk before the power was gone.
enum class Left { nothing, sectors, writes, last_ones, garbage };
constexpr Left kLefts[] = {Left::nothing, Left::sectors, Left::writes, Left::last_ones, Left::garbage};

/// SQLite's default file layer while it lives. One at a time; made before the first file is opened, gone after the last is closed.
class Disk {
 public:
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// The `nth` call from now (from 1) that such a fault can meet fails, or it and all after it.
  void arm(Fault fault, std::uint64_t nth, bool ever_after);
  /// Was the call reached? Then which one it was first ("write").
  bool met() const;
  std::string which() const;
  /// From now on no call does anything, as if the process had been killed; only locks are given back.
  void kill();
  /// A new process: nothing fails.
  void revive();
  /// Between kill() and revive(), when nothing is open: files become what the disk has of them.
  void lose_power(const std::string& directory, Left left, std::uint64_t seed);

  // The file layer asks; see disk.cpp.
  using Node = std::pair<dev_t, ino_t>;
  enum class Call { open, remove, access, read, write, truncate, sync, size, lock, map };
  Fault before(Call call);  ///< power_loss: the process is dead
  void opened(const std::string& path, bool was_there);
  void written(Node node, std::int64_t at, const void* bytes, std::size_t size);
  void truncated(Node node, std::int64_t size);
  void synced(Node node, bool really);
  void removing(const std::string& path, bool directory_synced);

 private:
  struct Change {
    bool cut;          ///< to `at` bytes; else `bytes` were written there
    std::int64_t at;
    std::string bytes;
  };
  struct Image {
    bool known = true;  ///< its name is in the directory on the disk, too
    std::string durable;
    std::vector<Change> pending;
  };
  static void apply(std::string& content, const Change& change);
  static void lose(Image& image, Left left, std::mt19937_64& random);

  mutable std::mutex mutex_;
  Fault fault_ = Fault::none;
  std::uint64_t nth_ = 0, passed_ = 0;
  bool ever_after_ = false, met_ = false, dead_ = false;
  Call which_{};
  std::map<Node, Image> images_;
  std::map<std::string, std::string> removed_;  ///< whose removal the directory on the disk may not know yet
};

}  // namespace tidemark::tests
