#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// Intent of a unit that writes rows of the schema's history and nothing else of the schema. Rows: one in each of the lists.
struct HistoryIntended {
  static constexpr std::uint16_t kCode = 46;
  static constexpr std::string_view kKind = "history_intended";
  static constexpr std::uint32_t kVersion = 1;
  std::string name;     ///< of the migration; of several: the last
  std::string purpose;  ///< begin, give_up (a step outside of any transaction), baseline, resolve
  std::vector<std::string> names;
  std::vector<std::string> ids;       ///< in _prisma_migrations
  std::vector<std::string> becomes;   ///< of the row: started, applied, rolled_back
  std::vector<Digest> checksums;      ///< of the scripts, as Prisma computes them; zero: not known
  std::string why;                    ///< the proof, or who decided
  Digest state{};                     ///< of the schema then (schema_snapshotted); zero: not taken
  std::string script;                 ///< of a step; empty: none
  std::string down;                   ///< of a step: its down.sql
  template <class A>
  void fields(A& a, std::uint32_t) { a(name, purpose, names, ids, becomes, checksums, why, state, script, down); }
  bool operator==(const HistoryIntended&) const = default;
};

}  // namespace tidemark::journal
