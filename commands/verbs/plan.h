#pragma once
/// The dry run as `plan` and `run` make it, and holding it against the plan that was reviewed.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/conversion/dry_run.h"
#include "engine/conversion/plan_file.h"
#include "engine/recovery.h"
#include "engine/schema/status.h"

namespace tidemark::commands {

class Door;

struct PlanMade {
  engine::conversion::PlanResult result;
  engine::schema::SchemaStatus schema;
  std::string summary;  ///< as the plan's last lines
};
struct PlanWanted {
  std::string file;        ///< written there, in whole; empty: to nothing
  bool print = false;      ///< the profiles on standard output
  std::uint64_t limit = 0; ///< of what is printed or written; 0: all
  engine::conversion::PlanComparison* reviewed = nullptr;  ///< told of every profile
};
PlanMade make_plan(Door& door, engine::Session& session, const journal::Reader* journal, const PlanWanted& wanted);

engine::conversion::PlanFile read_plan(const std::string& file);
/// What a person named: --plan FILE, or --expect-plan HASH with the file that may hold it.
struct Expected {
  journal::Digest hash{};
  std::optional<engine::conversion::PlanFile> file;  ///< where it is known
};
/// nullopt: neither was given. @param known_file  looked into when only the hash is given; may be empty or missing
/// @throws Failure usage: no hash; failed: no plan file
std::optional<Expected> expected_plan(const std::string& plan, const std::string& hash, const std::string& known_file);

/// The target isn't as it was when the plan was reviewed; nothing was converted.
struct PlanChanged : engine::Failure {
  using Failure::Failure;
};
/// Makes the plan anew and seals it in the journal, unless this plan was sealed and its conversion begun already.
/// @throws PlanChanged inconclusive
void hold_to_plan(Door& door, engine::WritingRun& run, const Expected& expected);

/// "profile X: was converted, 3 links; now skipped, empty"
std::string shown(const engine::conversion::PlanChange& change);

}  // namespace tidemark::commands
