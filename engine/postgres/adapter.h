#pragma once
/// PostgreSQL as the engine's Target.

#include <memory>
#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

struct ConnectOptions {
  /// libpq's keyword or URI form, ready for libpq. Unless given there (or in libpq's variables) set here: connect_timeout,
  /// keepalives, tcp_user_timeout, and target_session_attrs=read-write for writing. application_name is always ours, by
  /// which a runner's sessions are known to blockers().
  std::string conninfo;
  /// One schema, unquoted: the search_path of scripts and of schema_of(). Empty: the server's own search_path.
  std::string search_path;
};

/// Connects when asked, not now.
/// @throws TargetError connection if the conninfo can't be read; its text is not in the message, it may hold a password
std::unique_ptr<Target> make_target(ConnectOptions options);

/// The schema `tidemark` as SQL, as install() makes it.
/// @param grants  also what to grant to the roles tidemark_runner and tidemark_reader (to be replaced by the reader)
std::string ddl(bool grants);

}  // namespace tidemark::engine::postgres
