#pragma once
/// What else an undo of a row would take with it, and which record of ours stands on top of it.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/conversion/referrers.h"

namespace tidemark::engine::rollback {

class LiveTables;
struct SubjectPlan;

/// A row of somebody else's that refers to a row of ours that an undo would remove, or move to another key.
struct Dependent {
  std::string constraint, schema, table;
  bool forbids = false;  ///< the target would refuse; else the row would go with ours, or lose its reference (SET NULL)
  bool goes = false;     ///< ON DELETE CASCADE
  Row row;               ///< in the order of the live shape
  std::vector<std::string> columns;  ///< those that refer
};

/// Another record of ours that changed a row after the one that is looked at.
struct By {
  std::string conversion, subject;
  journal::Seq seq = 0;
};

/// Looks for rows that refer to what the plans would remove or move, and to those in turn. What goes back in the same undo, before the row that
/// it refers to, isn't one.
void find_dependents(Session& session, LiveTables& tables, std::vector<SubjectPlan>& plans);

/// What fires in the target when rows of these tables are written: "trigger audit on links: AFTER DELETE". For people.
std::vector<std::string> triggers_on(Session& session, LiveTables& tables);

/// "12 rows of clicks (clicks_link_fkey)".
std::string describe(const std::vector<Dependent>& dependents);

}  // namespace tidemark::engine::rollback
