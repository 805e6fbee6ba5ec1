#pragma once
/// Connection strings: what we add to them, and what may be said of them.

#include <string>

namespace tidemark::engine::postgres {

struct Conninfo {
  std::string text;  ///< for libpq; holds the password
  std::string name;  ///< host:port/database, for messages
};

/// @param startup_options  false: for a pooler that refuses the start-up packet's `options`
/// @throws TargetError connection; the text itself is never in a message
Conninfo complete(const std::string& given, const std::string& application_name, bool read_only, bool startup_options);

/// The same connection to another database of the server. @throws TargetError as above
std::string with_database(const std::string& given, const std::string& database);

/// For programs of others: without password, which goes to them through a file.
struct Shareable {
  std::string conninfo;  ///< keyword=value
  std::string url;       ///< the same as postgresql://…
  std::string password;  ///< from the conninfo or PGPASSWORD; empty: none is known here (~/.pgpass is the child's own business)
};
/// @throws TargetError as above
Shareable shareable(const std::string& given);

}  // namespace tidemark::engine::postgres
