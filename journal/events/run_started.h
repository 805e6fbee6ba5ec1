#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// A command that may write began. Its seq is the number of the run.
struct RunStarted {
  static constexpr std::uint16_t kCode = 2;
  static constexpr std::string_view kKind = "run_started";
  static constexpr std::uint32_t kVersion = 2;
  std::string verb;
  std::string arguments;  ///< without secrets
  std::string host;
  std::string user;
  std::uint64_t pid = 0;
  std::string program;  ///< version and commit
  Digest configuration{};  ///< of the effective configuration without secrets; zero: none
  Digest mapping{};  ///< of the conversion's mapping; zero: the run converts nothing
  std::string environment;  ///< from tidemark.toml; empty: not named
  std::string log_file;  ///< that `tail -f` follows; empty: none, or written before version 2
  template <class A>
  void fields(A& a, std::uint32_t v) {
    a(verb, arguments, host, user, pid, program, configuration, mapping, environment);
    if (v >= 2) a(log_file);
  }
  bool operator==(const RunStarted&) const = default;
};

}  // namespace tidemark::journal
