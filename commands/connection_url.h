#pragma once
/// From what people and Prisma write to what libpq takes.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::commands {

/// Reads one environment variable; nullopt: not set. Injected, so that tests own it.
using Environ = std::function<std::optional<std::string>(const char*)>;
Environ process_environment();

struct Connection {
  std::string conninfo;              ///< keyword=value for libpq; empty: libpq's own variables and defaults decide
  std::string search_path;           ///< Prisma's `schema`; empty: not named
  std::string display;               ///< host:port/database, never user or password
  std::string source;                ///< where it was named: "--database-url", "DATABASE_URL", …
  std::vector<std::string> ignored;  ///< parameters that are not for libpq, by name
  std::vector<std::string> notes;    ///< what was understood differently than written; for the log
  std::vector<std::string> secrets;  ///< for the Redactor
  bool password = false;             ///< a password is written in it
  bool names_session_attrs = false;  ///< target_session_attrs is given (or a service, which may give it)
};

/// Parses postgresql:// and postgres:// URLs (several hosts, percent-encoding, IPv6, any part missing) and keyword=value strings.
/// Parameters unknown here pass: libpq refuses them by name.
/// @throws Failure usage; no part of the text stands in it
Connection parse_connection(std::string_view text, const Environ& environment);

/// The conninfo with target_session_attrs=read-write unless it says otherwise.
std::string for_writing(const Connection& connection);

/// Failure::object when nothing names a database.
constexpr const char* kNoneNamed = "none is named";
/// By precedence: flag, DATABASE_URL, libpq's variables (PGHOST, PGHOSTADDR, PGSERVICE, PGDATABASE), tidemark.toml.
/// @throws Failure usage if nothing names a database, or what does is malformed
Connection choose_connection(const std::string& flag, const std::string& configured, const Environ& environment);

}  // namespace tidemark::commands
