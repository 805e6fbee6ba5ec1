#pragma once

#include <string>
#include <string_view>

namespace tidemark::journal {

/// The statement of a step outside of any transaction ended, or was found ended; migration_started stands before it.
struct StepEnded {
  static constexpr std::uint16_t kCode = 48;
  static constexpr std::string_view kKind = "step_ended";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;      ///< of the migration
  std::string outcome;   ///< done, failed, lost (the connection), cleared (what a failed one left was removed)
  std::string proof;     ///< from the catalog; empty: none
  std::string sqlstate;  ///< empty: none
  std::string message;
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, outcome, proof, sqlstate, message); }
  bool operator==(const StepEnded&) const = default;
};

}  // namespace tidemark::journal
