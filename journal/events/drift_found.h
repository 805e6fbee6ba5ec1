#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// The live schema is not the one last recorded: somebody else changed it.
struct DriftFound {
  static constexpr std::uint16_t kCode = 49;
  static constexpr std::string_view kKind = "drift_found";
  static constexpr std::uint32_t kVersion = 1;
  Digest recorded{}, live{};          ///< states (schema_snapshotted); live may stand in no event
  std::vector<std::string> objects;   ///< "+ column public.users.x", "- index …", "~ table …"
  std::vector<std::string> touched;   ///< those among them that a pending migration or the conversion touches: they stopped us
  std::vector<std::string> by;        ///< migrations that others applied or undid since
  template <class A>
  void fields(A& a, std::uint32_t) { a(recorded, live, objects, touched, by); }
  bool operator==(const DriftFound&) const = default;
};

}  // namespace tidemark::journal
