#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// The runbook began as a whole. Its seq is the procedure's number.
struct ProcedureStarted {
  static constexpr std::uint16_t kCode = 43;
  static constexpr std::string_view kKind = "procedure_started";
  static constexpr std::uint32_t kVersion = 1;
  std::string environment;  ///< from tidemark.toml; empty: not named
  std::vector<std::string> phases;  ///< in order, as the program offers them
  std::string user;
  std::string host;
  std::string program;  ///< version and commit
  Digest configuration{};  ///< of the effective configuration without secrets
  template <class A>
  void fields(A& a, std::uint32_t) { a(environment, phases, user, host, program, configuration); }
  bool operator==(const ProcedureStarted&) const = default;
};

}  // namespace tidemark::journal
