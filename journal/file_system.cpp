#include "journal/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "journal/errors.h"

namespace tidemark::journal {

namespace {

[[noreturn]] void refuse(const std::string& doing, int error) {
  throw JournalError(JournalError::Kind::io, doing + ": " + system_answer(error));
}

/// The nearest one that exists.
std::string existing(std::string path) {
  while (::access(path.c_str(), F_OK) != 0 && directory_of(path) != path) path = directory_of(path);
  return path;
}

/// The type of the mount that `path` lies on; empty if the kernel doesn't say.
std::string mount_type(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return {};
  const std::string device = std::to_string(major(st.st_dev)) + ":" + std::to_string(minor(st.st_dev));
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line, found; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string id, parent, dev, word;
    words >> id >> parent >> dev;
    if (dev != device) continue;
    while (words >> word && word != "-") {
    }
    if (words >> found) return found;
  }
  return {};
}

}  // namespace

std::string system_answer(int error) { return std::generic_category().message(error); }

std::string directory_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_network_file_system(long type, const std::string& name) {
  // linux/magic.h, and the homes of those that aren't in it. 9p is left out: sandboxes serve local disks by it.
  constexpr std::array<unsigned long, 11> kTypes = {0x6969 /* nfs */,
                                                    0x517b /* smb */,
                                                    0xff534d42 /* cifs */,
                                                    0xfe534d42 /* smb2 */,
                                                    0x564c /* ncp */,
                                                    0x5346414f /* afs */,
                                                    0x73757245 /* coda */,
                                                    0x00c36400 /* ceph */,
                                                    0x0bd00bd0 /* lustre */,
                                                    0x47504653 /* gpfs */,
                                                    0x7461636f /* ocfs2 */};
  // Anything can hide behind FUSE's one number; these are known to be far away.
  constexpr std::array<const char*, 10> kFuse = {"fuse.sshfs",     "fuse.s3fs",      "fuse.goofys", "fuse.rclone",
                                                 "fuse.glusterfs", "fuse.curlftpfs", "fuse.davfs2", "fuse.cephfs",
                                                 "fuse.gcsfuse",   "fuse.mount-s3"};
  const auto magic = static_cast<unsigned long>(type) & 0xffffffffUL;
  return std::find(kTypes.begin(), kTypes.end(), magic) != kTypes.end() ||
         std::find(kFuse.begin(), kFuse.end(), name) != kFuse.end();
}

void refuse_network_file_system(const std::string& path) {
  const std::string there = existing(path);
  struct statfs fs {};
  if (::statfs(there.c_str(), &fs) != 0) refuse("asking what file system " + there + " is on", errno);
  const std::string name = mount_type(there);
  if (!is_network_file_system(fs.f_type, name)) return;
  throw JournalError(
      JournalError::Kind::io,
      "journal " + path + " would lie on a network file system" + (name.empty() ? "" : " (" + name + ")") +
          ", where locks and the write-ahead log aren't safe; name a file on a local disk with --journal");
}

std::string beside(const std::string& journal_path, const std::string& suffix) {
  std::filesystem::path path = journal_path;
  for (int links = 0; links < 40; ++links) {
    std::error_code none;
    const auto to = std::filesystem::read_symlink(path, none);
    if (none) break;
    path = path.parent_path() / to;
  }
  return path.string() + suffix;
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) refuse("removing " + path, errno);
}

void make_directories_above(const std::string& path) {
  const std::string directory = directory_of(path);
  if (directory == path || ::access(directory.c_str(), F_OK) == 0) return;
  make_directories_above(directory);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) refuse("making the directory " + directory, errno);
  if (::chmod(directory.c_str(), 0700) != 0) refuse("making the directory " + directory + " private", errno);
}

void make_private_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) refuse("making " + path, errno);
  const int error = ::fchmod(fd, 0600) == 0 ? 0 : errno;
  ::close(fd);
  if (error) refuse("making " + path + " private", error);
}

namespace {

void sync_directory_of(const std::string& to) {
  const std::string directory = directory_of(to);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) refuse("opening the directory " + directory, errno);
  const int error = ::fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
  ::close(fd);
  if (error) refuse("syncing the directory " + directory, error);
}

}  // namespace

void rename_into_place(const std::string& from, const std::string& to) {
  // link and unlink rather than renameat2(RENAME_NOREPLACE), which some local file systems don't have.
  if (::link(from.c_str(), to.c_str()) != 0) refuse("putting the new journal at " + to, errno);
  if (::unlink(from.c_str()) != 0) refuse("removing " + from, errno);
  sync_directory_of(to);
}

void replace_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) refuse("putting the copy at " + to, errno);
  sync_directory_of(to);
}

}  // namespace tidemark::journal
