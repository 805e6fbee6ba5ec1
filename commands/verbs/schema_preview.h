#pragma once
/// What `plan` and `rollback --to --dry-run` say of migrations. Nothing is written to the target.

#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/schema/revert_plan.h"

namespace tidemark::commands {

/// Prints for each step what would be dropped, archived and locked.
void print_schema_preview(Door& door, engine::Session& session, const journal::Reader* journal, const std::vector<engine::schema::RevertStep>& steps, const std::string& to,
                          const std::vector<std::string>& data_steps);

/// A pending migration with its inverse, as far as that is known without applying it.
struct PlannedMigration {
  std::string name, forward;
  std::string inverse, source;      ///< both empty: none is known here
  std::string proof;                ///< "scratch", or empty
  std::string why;                  ///< why it isn't proven here, or would be refused
  std::vector<std::string> drops;   ///< what is dropped or retyped going forward: deploy archives it
};
/// In a scratch database where one can be made, all of them in order.
std::vector<PlannedMigration> plan_migrations(Door& door, engine::Session& session, const std::vector<std::string>& pending, const std::string& scratch_url);
Json json_of(const std::vector<PlannedMigration>& migrations);
std::string text_of(const std::vector<PlannedMigration>& migrations);

}  // namespace tidemark::commands
