#include "engine/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>

#include "engine/errors.h"

namespace tidemark::engine {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

std::string mb(std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

}  // namespace

// On a disk so small that 64 MiB are much of it, an eighth.
std::uint64_t kept_free(const DiskRoom& room) { return std::min(64 * kMiB, room.whole / 8); }

void insist_on_room(const std::string& journal_path, const std::string& work) {
  const std::string folder = std::filesystem::path(journal_path).parent_path().string();
  struct statvfs disk {};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) return;
  const DiskRoom room{std::uint64_t{disk.f_bavail} * disk.f_frsize, std::uint64_t{disk.f_blocks} * disk.f_frsize};
  if (room.free >= kept_free(room)) return;
  throw Failure(ExitCode::paused, "watching the journal's disk during " + work, "journal " + journal_path,
                "only " + mb(room.free) + " are free there; the last " + mb(kept_free(room)) + " are kept, so that what runs can be recorded to its end",
                "Everything that is committed in the database is recorded. Free some space; the same command then goes on.",
                "df -h " + (folder.empty() ? "." : folder));
}

}  // namespace tidemark::engine
