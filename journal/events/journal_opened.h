#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/ids.h"

namespace tidemark::journal {

/// The first event of every journal: what it is the record of.
struct JournalOpened {
  static constexpr std::uint16_t kCode = 1;
  static constexpr std::string_view kKind = "journal_opened";
  static constexpr std::uint32_t kVersion = 1;
  Uuid journal{};  ///< this journal's own id
  Uuid tidemark{};  ///< the id in the target's schema tidemark; a clone of the target has the same
  std::string system;  ///< pg_control_system().system_identifier
  std::string database;  ///< current_database()
  std::string program;  ///< version and commit that made the file
  template <class A>
  void fields(A& a, std::uint32_t) { a(journal, tidemark, system, database, program); }
  bool operator==(const JournalOpened&) const = default;
};

}  // namespace tidemark::journal
