#pragma once
/// The runbook's success criteria: evidence in, met or not out. Pure.

#include <set>
#include <string>
#include <vector>

#include "engine/runbook/gate.h"
#include "engine/runbook/preflight.h"

namespace tidemark::engine::runbook {

/// No check fails, and nothing essential is unknown.
std::vector<Criterion> prerequisites_hold(const std::vector<Check>& checks);

struct SchemaEvidence {
  std::vector<std::string> pending, applied, failed, lost;  ///< folders by the history; failed and lost ones also without folder
};
/// Before deploying. @param expected  empty: whatever is pending
Criterion pending_as_expected(const SchemaEvidence& schema, const std::vector<std::string>& expected);
/// After it.
Criterion all_applied(const SchemaEvidence& schema);

struct DataEvidence {
  std::uint64_t sources = 0;  ///< in the target; 0 where nobody counted
  journal::Tally tally;       ///< of the dry run, or all that the journal knows of the conversion
};
Criterion nobody_refused(const DataEvidence& data, std::uint64_t max_refused);
Criterion rejected_accepted(const DataEvidence& data, const std::set<std::string>& accepted);
/// Every profile is converted or skipped. What was rolled back or is refused isn't.
Criterion all_converted(const DataEvidence& data);

/// A command of ours judged by its exit code. @param evidence  empty: the code alone
Criterion by_exit_code(const std::string& name, int code, const std::string& evidence);

/// How to undo what a procedure did to the schema.
/// @param history  names that count as applied, oldest first;  @param ours  those that this procedure applied
/// @return  what `rollback --to` wants; nullopt: nothing to undo
std::optional<std::string> schema_before(const std::vector<std::string>& history, const std::set<std::string>& ours);

}  // namespace tidemark::engine::runbook
