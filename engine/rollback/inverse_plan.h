#pragma once
/// What undoing a subject would do, row by row: the journal's after-images held against the live rows. Changes nothing.

#include "engine/conversion/life.h"
#include "engine/target.h"

namespace tidemark::engine::rollback {

/// How a row of ours was found.
enum class Found {
  same,            ///< as the engine left it, column by column as text
  edited,
  moved,           ///< edited so that it now belongs to another subject or owner
  deleted,
  schema_changed,  ///< a column of it is gone, has another type, or a new column holds a value
  locked,          ///< somebody else holds it; only when looking with locks
};
const char* to_string(Found found);

struct RowPlan {
  std::string table;           ///< schema.name
  Row key;
  conversion::OwnRow ours;
  Found found = Found::same;
  Row live;                    ///< in the order of the live shape; empty: gone
  bool recreated = false;      ///< edited, and so that it must have been made again: see Live::births
  bool profile_gone = false;   ///< deleted, and its subject is gone too; set by find_gone()
};
/// The conflict's name: to_string(found), or re-created, or profile_deleted.
std::string kind_of(const RowPlan& row);
struct SubjectPlan {
  std::string subject;
  conversion::Life life;
  std::vector<RowPlan> rows;
};

/// The target's table as it is now, described in the journal (shape.no set) or not (0, for a preview).
struct Live {
  TableFacts facts;
  std::vector<std::string> owners;  ///< columns that say whose a row is (moved)
  /// Times that the table itself sets when a row is made (DEFAULT now(), but not "updatedAt"). An edit leaves them alone: where all of them
  /// are others, the row was deleted and made again. Without such a column that can't be told from an edit.
  std::vector<std::string> births;
};

/// Where each column of the recorded shape is in the live one; nullopt: one no longer fits.
std::optional<std::vector<std::size_t>> fit(const TableShape& recorded, const TableShape& live);

/// @param lock  FOR UPDATE SKIP LOCKED, inside a unit; else a plain look
std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const std::string& conversion, const Keys& subjects, const Live& live,
                              bool lock);

/// Of the rows that are deleted: whose subject is gone from the source too.
void find_gone(Session& session, const SourceShape& source, std::vector<SubjectPlan>& plans);

}  // namespace tidemark::engine::rollback
