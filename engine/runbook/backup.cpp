#include "engine/runbook/backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "engine/postgres/adapter.h"
#include "engine/postgres/scratch_database.h"
#include "engine/runbook/database_contents.h"
#include "engine/runbook/file_digest.h"
#include "engine/runbook/postgres_tool.h"
#include "journal/file_system.h"

namespace tidemark::engine::runbook {
namespace {

namespace fs = std::filesystem;
constexpr const char* kSafe = "Nothing was changed in the target, and no backup was made.";
constexpr const char* kPartial = ".partial";

/// One backup at a time in a directory, so that what is partial is known to be a leftover.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory) : fd_(::open((directory + "/.tidemark-backup.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "locking the backup directory " + directory);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd_);
      throw Failure(ExitCode::leased, "backing up into", directory, "another tidemark backup is writing there", kSafe, "wait for it, then type the same again");
    }
  }
  ~DirectoryLock() { ::close(fd_); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int fd_;
};

/// Removed unless it became what it should.
struct PartialFile {
  std::string path;
  bool done = false;
  ~PartialFile() {
    if (!done) ::unlink(path.c_str());
  }
};

std::string megabytes(std::uint64_t bytes) { return bytes < 10'000'000 ? std::to_string(bytes / 1000) + " kB" : std::to_string(bytes / 1'000'000) + " MB"; }

/// 20261122T213000Z
std::string stamp(journal::UtcMicros at) {
  std::string text;
  for (const char c : to_string(at).substr(0, 19)) {
    if (std::isdigit(static_cast<unsigned char>(c)) || c == 'T') text += c;
  }
  return text + "Z";
}

/// DIRECTORY/NAME.dump, or NAME-2.dump …: two backups may begin within one second. The caller holds the directory's lock.
std::string unused_path(const std::string& name) {
  std::string path = name + ".dump";
  for (int n = 2; journal::exists(path); ++n) path = name + "-" + std::to_string(n) + ".dump";
  return path;
}

std::string file_name(std::string database) {
  for (char& c : database) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '_';
  }
  return database;
}

void check_space(Session& session, const BackupRequest& request, const std::string& database, const std::string& system) {
  const auto earlier = backups_in(request.directory, database, system);
  // Of the whole database: a table's size can't be asked while somebody holds it locked.
  const auto size = std::stoull(session.query("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").at(0).at(0).value());
  struct statvfs disk{};
  if (::statvfs(request.directory.c_str(), &disk) != 0) return;
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize, wanted = earlier.empty() ? size : earlier.front().bytes;
  if (free >= wanted) return;
  throw Failure(ExitCode::failed, "backing up into", request.directory, "it has " + megabytes(free) + " free; " + (earlier.empty() ? "the database takes " + megabytes(size) + " (a dump is compressed, but by how much isn't known before)" : "the last backup took " + megabytes(earlier.front().bytes)),
                kSafe, "tidemark backup --directory DIR on a larger disk, or --no-space-check");
}

void sync_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const auto error = std::system_error(errno, std::generic_category(), "syncing " + path);
  if (fd >= 0) ::close(fd);
  if (!synced) throw error;
}

void remove_leftovers(Environment& environment, const std::string& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string path = entry.path();
    if (!path.ends_with(std::string(".dump") + kPartial) && !path.ends_with(std::string(".dump.json") + kPartial)) continue;
    fs::remove(entry.path());
    environment.observer.say(Observer::Level::info, "removed " + path + ", left by a backup that was killed");
  }
}

/// @return why there is no proof; empty: the copy equals the snapshot
std::string prove(Environment& environment, Session& source, const BackupRequest& request, const PostgresTool& tool, BackupResult& result) {
  const auto& where = request.scratch_conninfo.empty() ? request.conninfo : request.scratch_conninfo;
  postgres::ScratchDatabase scratch(environment, source, {.conninfo = where, .doing = "making a scratch database to prove the backup", .safe = "The backup is complete; it isn't proven.",
                                                          .next = "ALTER ROLE … CREATEDB, or tidemark backup --scratch-url URL (a server where this may be done), or --prove list"});
  const ChildDatabase address(scratch.conninfo());
  environment.observer.say(Observer::Level::info, "backup: proving it by restoring it into a scratch database");
  // Roles, publications and the like of the target needn't exist there, nor be this role's to make.
  tool.run("pg_restore", {"--exit-on-error", "--no-password", "--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions", "--no-security-labels", "--no-tablespaces",
                          "--jobs=" + std::to_string(request.jobs), "--dbname=" + address.conninfo(), result.backup.path},
           &address, "restoring it to prove it", result.backup.path, "The backup is complete; it isn't proven.");
  const auto copy = postgres::make_target({scratch.conninfo(), {}})->connect("backup", true);
  copy->begin_reading();
  result.differences = differences(result.backup.rows, count_rows(*copy));
  if (shape_of(*copy) != result.backup.shape) result.differences.push_back("tables, columns, constraints or indexes are other ones");
  copy->rollback();
  return result.differences.empty() ? "" : "what was restored is not what was dumped";
}

}  // namespace

BackupResult take_backup(Environment& environment, Target& reading, const BackupRequest& request) {
  auto& observer = environment.observer;
  journal::make_directories_above(request.directory + "/x");
  const DirectoryLock lock(request.directory);
  remove_leftovers(environment, request.directory);
  const PostgresTool tool(environment, request.programs);

  BackupResult result;
  auto& backup = result.backup;
  backup.dumped_by = tool.version("pg_dump");
  const auto session = reading.connect("backup", true);
  const auto identity = session->identity();
  backup.database = identity.database;
  backup.system = identity.system;
  backup.server_version = identity.server_version;
  if (request.check_space) check_space(*session, request, backup.database, backup.system);

  // The snapshot lives as long as this transaction: the dump and the counts are of the same moment.
  session->begin_reading();
  const auto row = session->query("SELECT pg_catalog.pg_export_snapshot(), (extract(epoch FROM pg_catalog.now()) * 1000000)::bigint").at(0);
  backup.taken_at = {std::stoll(row.at(1).value())};
  const std::string path = unused_path(request.directory + "/" + file_name(backup.database) + "-" + stamp(backup.taken_at));
  PartialFile partial{path + kPartial};
  journal::make_private_file(partial.path);
  const ChildDatabase address(request.conninfo);
  observer.say(Observer::Level::info, "backup: " + backup.dumped_by + " of " + reading.name() + " into " + path);
  {
    const auto size = environment.executor.every(std::chrono::seconds(5), [&] {
      std::error_code code;
      if (const auto bytes = fs::file_size(partial.path, code); !code) observer.say(Observer::Level::info, "backup: " + megabytes(bytes) + " written");
    });
    tool.run("pg_dump", {"--format=custom", "--no-password", "--lock-wait-timeout=60000", "--snapshot=" + row.at(0).value(), "--file=" + partial.path, "--dbname=" + address.conninfo()}, &address,
             "dumping", reading.name(), kSafe);
  }
  backup.rows = count_rows(*session);
  backup.shape = shape_of(*session);
  session->rollback();

  sync_file(partial.path);
  backup.path = path;
  backup.bytes = fs::file_size(partial.path);
  backup.sha256 = file_digest(partial.path, [&] { return environment.stop.requested(); });
  backup.proof = "none";
  if (request.prove != "none") {
    tool.run("pg_restore", {"--list", partial.path}, nullptr, "reading the dump's list", partial.path, kSafe);
    backup.proof = "list";
  }
  environment.faults.pass(Step::backup_dumped);
  journal::rename_into_place(partial.path, path);
  partial.done = true;
  environment.faults.pass(Step::backup_named);
  write_sidecar(backup);
  environment.faults.pass(Step::backup_unproven);
  observer.say(Observer::Level::info, "backup: " + megabytes(backup.bytes) + " complete");
  if (request.prove != "restore") return result;
  try {
    result.unproven = prove(environment, *session, request, tool, result);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::paused) throw;
    result.unproven = failure.doing + ": " + failure.answer + (failure.next.empty() ? "" : "; next: " + failure.next);
  }
  if (result.unproven.empty()) backup.proof = "restore";
  else if (!result.differences.empty()) backup.proof = "none";
  write_sidecar(backup);
  return result;
}

}  // namespace tidemark::engine::runbook
