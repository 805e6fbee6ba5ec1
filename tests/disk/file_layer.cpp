/// An SQLite VFS that asks a Disk before each call and passes it on to SQLite's own.

#include "tests/disk/file_layer.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "tests/disk/disk.h"

namespace tidemark::tests {

namespace {

using Call = Disk::Call;
Disk* disk = nullptr;
sqlite3_vfs* below = nullptr;

/// What SQLite's own layer keeps lies right behind it.
struct File {
  sqlite3_file base;
  Disk::Node node;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file).real(); }

int x_close(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }

int x_read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  if (disk->before(Call::read) != Fault::none) return SQLITE_IOERR_READ;
  return real_of(file)->pMethods->xRead(real_of(file), to, size, at);
}

int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const Fault fault = disk->before(Call::write);
  const int done = fault == Fault::short_write ? size / 2 : size;
  if (fault != Fault::none && fault != Fault::short_write) return fault == Fault::full_disk ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  const int answer = real_of(file)->pMethods->xWrite(real_of(file), from, done, at);
  if (answer == SQLITE_OK) disk->written(file_of(file).node, at, from, static_cast<std::size_t>(done));
  return fault == Fault::none ? answer : SQLITE_IOERR_WRITE;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (disk->before(Call::truncate) != Fault::none) return SQLITE_IOERR_TRUNCATE;
  const int answer = real_of(file)->pMethods->xTruncate(real_of(file), size);
  if (answer == SQLITE_OK) disk->truncated(file_of(file).node, size);
  return answer;
}

int x_sync(sqlite3_file* file, int flags) {
  const Fault fault = disk->before(Call::sync);
  if (fault == Fault::failed_sync) disk->synced(file_of(file).node, false);
  if (fault != Fault::none) return SQLITE_IOERR_FSYNC;
  const int answer = real_of(file)->pMethods->xSync(real_of(file), flags);
  if (answer == SQLITE_OK) disk->synced(file_of(file).node, true);
  return answer;
}

int x_size(sqlite3_file* file, sqlite3_int64* size) {
  if (disk->before(Call::size) != Fault::none) return SQLITE_IOERR_FSTAT;
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

int x_lock(sqlite3_file* file, int level) {
  if (disk->before(Call::lock) != Fault::none) return SQLITE_IOERR_LOCK;
  return real_of(file)->pMethods->xLock(real_of(file), level);
}

int x_unlock(sqlite3_file* file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }
int x_check_reserved(sqlite3_file* file, int* held) { return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held); }
int x_control(sqlite3_file* file, int what, void* with) { return real_of(file)->pMethods->xFileControl(real_of(file), what, with); }
int x_sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int x_characteristics(sqlite3_file* file) { return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)); }

int x_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
  if (disk->before(Call::map) != Fault::none) return SQLITE_IOERR_SHMMAP;
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, at);
}

int x_shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  if ((flags & SQLITE_SHM_LOCK) != 0 && disk->before(Call::lock) != Fault::none) return SQLITE_IOERR_SHMLOCK;
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

void x_shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int x_shm_unmap(sqlite3_file* file, int remove) { return real_of(file)->pMethods->xShmUnmap(real_of(file), remove); }

/// Version 2: without memory-mapped reads, which would pass us by.
constexpr sqlite3_io_methods kMethods = {
    2,        x_close,          x_read,    x_write,       x_truncate,        x_sync,    x_size,     x_lock,        x_unlock,
    x_check_reserved, x_control, x_sector_size, x_characteristics, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, nullptr, nullptr};

int x_open(sqlite3_vfs*, const char* name, sqlite3_file* to, int flags, int* opened) {
  to->pMethods = nullptr;
  if (disk->before(Call::open) != Fault::none) return SQLITE_CANTOPEN;
  struct stat st {};
  const bool was_there = name && ::stat(name, &st) == 0;
  auto* const file = new (to) File{};
  const int answer = below->xOpen(below, name, file->real(), flags, opened);
  if (answer != SQLITE_OK) {
    to->pMethods = nullptr;
    return answer;
  }
  if (name && ::stat(name, &st) == 0) {
    file->node = {st.st_dev, st.st_ino};
    disk->opened(name, was_there);
  }
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}

int x_delete(sqlite3_vfs*, const char* name, int sync_directory) {
  if (disk->before(Call::remove) != Fault::none) return SQLITE_IOERR_DELETE;
  disk->removing(name, sync_directory != 0);
  return below->xDelete(below, name, sync_directory);
}

int x_access(sqlite3_vfs*, const char* name, int flags, int* answer) {
  if (disk->before(Call::access) != Fault::none) return SQLITE_IOERR_ACCESS;
  return below->xAccess(below, name, flags, answer);
}

int x_full_path(sqlite3_vfs*, const char* name, int size, char* to) { return below->xFullPathname(below, name, size, to); }

sqlite3_vfs& layer() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *below;  // time, randomness and the like are its own
    made.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
    made.pNext = nullptr;
    made.zName = "tidemark-disk";
    made.xOpen = x_open;
    made.xDelete = x_delete;
    made.xAccess = x_access;
    made.xFullPathname = x_full_path;
    return made;
  }();
  return vfs;
}

}  // namespace

void put_in_place(Disk* which) {
  if (which && disk) throw std::logic_error("one disk at a time");
  if (!below) below = sqlite3_vfs_find(nullptr);
  if (which)
    sqlite3_vfs_register(&layer(), 1);
  else
    sqlite3_vfs_unregister(&layer());
  if (!which) sqlite3_vfs_register(below, 1);
  disk = which;
}

}  // namespace tidemark::tests
