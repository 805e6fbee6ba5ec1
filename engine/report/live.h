#pragma once
/// What the database itself answers, beside the journal: counts of all rows, whoever wrote them. Reads only.

#include <map>

#include "engine/audit/post_conditions.h"
#include "engine/schema/status.h"

namespace tidemark::engine::report {

/// The runbook's appendix C, as its queries put it.
struct AppendixC {
  struct Migration { std::string name, finished_at, rolled_back_at; };
  std::vector<Migration> migrations;                             ///< the last five by finished_at
  std::vector<std::pair<std::uint64_t, std::uint64_t>> by_count; ///< rows of a subject, and how many have so many
  std::vector<std::pair<std::string, std::uint64_t>> top;        ///< owner and its rows, ten, the most first
  std::vector<std::pair<std::string, std::uint64_t>> by_category;
};

struct Live {
  journal::UtcMicros at{};
  schema::SchemaStatus schema;
  AppendixC numbers;
  audit::PostConditions checks;
};

AppendixC appendix_c(Session& session, const conversion::Conversion& conversion);
/// @throws TargetError
Live ask(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const std::vector<schema::MigrationFolder>& folders, journal::UtcMicros now);

}  // namespace tidemark::engine::report
