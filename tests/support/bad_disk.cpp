/// Loaded before libc (LD_PRELOAD) into a program: the disk under its journal fails. Only files whose name has ".journal" in it.
///   TIDEMARK_BAD_DISK=write|sync:N:ERRNO[:after]   the N-th pwrite64 or fdatasync fails with this number, or it and all after it
///   TIDEMARK_BAD_DISK=room:N:BYTES                 from the N-th statvfs on only so much is free

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Order {
  char what[16] = "";
  long nth = 0;
  long value = 0;
  bool ever_after = false;
  Order() {
    const char* text = std::getenv("TIDEMARK_BAD_DISK");
    char after[16] = "";
    if (text && std::sscanf(text, "%15[a-z]:%ld:%ld:%15s", what, &nth, &value, after) == 4) ever_after = true;
  }
};

bool of_journal(int fd) {
  char link[64], name[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link, name, sizeof name - 1);
  if (size < 0) return false;
  name[size] = 0;
  return std::strstr(name, ".journal") != nullptr;
}

/// Is this call, of the kind `what`, one that fails?
bool fails(const char* what, int fd) {
  static const Order order;
  static std::atomic<long> passed{0};
  if (std::strcmp(order.what, what) != 0 || (fd >= 0 && !of_journal(fd))) return false;
  const long now = ++passed;
  if (order.ever_after || fd < 0 ? now < order.nth : now != order.nth) return false;
  errno = static_cast<int>(order.value);
  return true;
}

template <class F>
F below(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  static const auto real = below<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return fails("write", fd) ? -1 : real(fd, from, size, at);
}

int fdatasync(int fd) {
  static const auto real = below<int (*)(int)>("fdatasync");
  return fails("sync", fd) ? -1 : real(fd);
}

int statvfs(const char* path, struct statvfs* disk) {
  static const auto real = below<int (*)(const char*, struct statvfs*)>("statvfs");
  static const Order order;
  const int answer = real(path, disk);
  if (answer == 0 && fails("room", -1)) disk->f_bavail = static_cast<fsblkcnt_t>(order.value) / disk->f_frsize;
  return answer;
}

}  // extern "C"
