#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// A check of the runbook was made. `smoke.rate_limited` tells the monitoring which 429s are smoke's own, by its detail, JSON: {"from", "to"
/// (RFC 3339: first and last such answer), "count"}.
struct CheckRecorded {
  static constexpr std::uint16_t kCode = 10;
  static constexpr std::string_view kKind = "check_recorded";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  std::string result;  ///< ok, warning, failure, unknown
  std::string detail;
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, result, detail); }
  bool operator==(const CheckRecorded&) const = default;
};

}  // namespace tidemark::journal
