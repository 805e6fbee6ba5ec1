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

}  // namespace tidemark::engine::postgres
