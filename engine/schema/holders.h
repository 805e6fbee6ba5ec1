#pragma once
/// Who is in the way.

#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

/// The number of Prisma's advisory lock.
constexpr const char* kPrismaLock = "72707369";

/// Tables and views of this database that the script may touch: schema and name, quoted. Those named in it, an over-estimate.
std::vector<std::string> tables_named(Session& session, std::string_view script);

/// "pid 7 (psql, user valine, idle in transaction for 12 s: SELECT …); pid 8 …"
std::string describe(const std::vector<Session::Blocker>& blockers);

/// Who holds Prisma's advisory lock in this database, without ourselves.
std::vector<Session::Blocker> prisma_lock_holders(Session& session);

/// Who keeps this backend waiting, by the server's own account.
std::vector<Session::Blocker> blockers_of(Session& session, int pid);

}  // namespace tidemark::engine::schema
