#pragma once
/// What a rehearsal looks at in its clone: is the database as it was, how large did it get, who held which locks for how long.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/environment.h"

namespace tidemark::engine::runbook {

/// The schema, and each table's rows as their number and a sum of their hashes, in no order. Without the schema tidemark and Prisma's history.
struct DatabaseState {
  Digest schema{};
  std::map<std::string, std::string> tables;  ///< by qualified name: "rows sum"
  bool operator==(const DatabaseState&) const = default;
};
DatabaseState state_of(Session& session);
/// "the schema is another one", "public.profile_links: 300 rows in the one, 299 in the other". Empty: they are equal.
std::vector<std::string> differences(const DatabaseState& one, const DatabaseState& other);

/// Bytes of each table with its indexes, and the server's position in its WAL (which is everybody's).
struct DatabaseSize {
  std::map<std::string, std::uint64_t> tables;
  std::uint64_t wal = 0;
};
DatabaseSize size_of(Session& session);

/// Looks now and then, on a connection of its own, which locks that keep others from writing or reading stand on the clone's tables, and since when.
class LockWatch {
 public:
  struct Held {
    std::string mode;
    double seconds = 0;  ///< as seen: a shorter one than the pause between two looks may be missed
  };
  LockWatch(Environment& environment, Target& clone);
  ~LockWatch();
  /// The longest one of each table since the last call.
  std::map<std::string, Held> take();

 private:
  void look();
  std::unique_ptr<Session> session_;
  std::mutex mutex_;
  std::map<std::string, Held> longest_;
  std::unique_ptr<Executor::Periodic> periodic_;
};

}  // namespace tidemark::engine::runbook
