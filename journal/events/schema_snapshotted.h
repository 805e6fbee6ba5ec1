#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// The schema as it was, once for each distinct state; stored with the subject "schema:" and the state's digest in hex.
struct SchemaSnapshotted {
  static constexpr std::uint16_t kCode = 35;
  static constexpr std::string_view kKind = "schema_snapshotted";
  static constexpr std::uint32_t kVersion = 1;
  Digest state{};  ///< SHA-256 of the snapshot's text
  Digest schema{}, order{}, surroundings{};  ///< its fingerprint
  Digest base{};  ///< the state that the lines change; zero: none, `added` is all of it
  std::vector<std::string> removed;  ///< lines of the base, without line feeds
  std::vector<std::string> added;
  template <class A>
  void fields(A& a, std::uint32_t) { a(state, schema, order, surroundings, base, removed, added); }
  bool operator==(const SchemaSnapshotted&) const = default;
};

}  // namespace tidemark::journal
