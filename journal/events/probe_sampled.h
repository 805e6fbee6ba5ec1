#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// One sample of the monitoring.
struct ProbeSampled {
  static constexpr std::uint16_t kCode = 28;
  static constexpr std::string_view kKind = "probe_sampled";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;
  std::string sample;  ///< JSON
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, sample); }
  bool operator==(const ProbeSampled&) const = default;
};

}  // namespace tidemark::journal
