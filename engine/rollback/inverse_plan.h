#pragma once
/// What undoing a subject would do, row by row: the journal's after-images held against the live rows. Changes nothing.

#include "engine/rollback/dependents.h"
#include "engine/rollback/live.h"
#include "journal/reader.h"

namespace tidemark::engine::rollback {

/// How a row of ours was found.
enum class Found {
  same,            ///< as the engine left it, column by column as text; or, if we removed it, gone still
  edited,
  moved,           ///< edited so that it now belongs to another subject or owner
  deleted,
  taken,           ///< another row stands where an undo would put this one back
  schema_changed,  ///< a column of it is gone, has another type, or a new column holds a value
  locked,          ///< somebody else holds it; only when looking with locks
};
const char* to_string(Found found);

struct RowPlan {
  std::string table;           ///< schema.name
  Row key;
  conversion::OwnRow ours;     ///< as we left it; of a row that we removed, as it was before
  Found found = Found::same;
  Row live;                    ///< in the order of the live shape; empty: gone
  bool recreated = false;      ///< edited, and so that it must have been made again: see Live::births
  bool profile_gone = false;   ///< deleted, and its subject is gone too; set by find_gone()
  conversion::Effect effect;   ///< what is to be undone
  std::optional<By> superseded;      ///< another record of ours changed it since; set by find_superseded()
  std::vector<Dependent> dependents; ///< rows of others that refer to it and would go or change with it, or forbid it; set by find_dependents()
};
/// Nothing stands in the way of its undo.
bool clear(const RowPlan& row);
/// The conflict's name: to_string(found), or re-created, profile_deleted, superseded, restricted, cascades.
std::string kind_of(const RowPlan& row);
struct SubjectPlan {
  std::string subject;
  conversion::Life life;      ///< without its effects: these are in `rows`
  std::vector<RowPlan> rows;  ///< in the order in which they were changed; an undo goes through them backwards
};

/// Holds the rows' effects, which are given, against the live rows.
void look(Session& session, const conversion::Shapes& shapes, LiveTables& tables, std::vector<SubjectPlan>& plans, bool lock);

/// @param lock  FOR UPDATE SKIP LOCKED, inside a unit; else a plain look
std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const std::string& conversion, const Keys& subjects, LiveTables& tables, bool lock);
/// The same for a look at rows of ours in these tables; of those that we removed only what is there again.
std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects, const std::vector<Live>& tables);

/// Of the rows that are deleted: whose subject is gone from the source too.
void find_gone(Session& session, const SourceShape& source, std::vector<SubjectPlan>& plans);
/// Of the rows that are not as we left them: which other record of ours made them so.
void find_superseded(const journal::Reader& journal, const std::string& conversion, std::vector<SubjectPlan>& plans);

/// All three of what else there is to know of a row: find_gone(), find_dependents(), find_superseded().
void look_closer(Session& session, const journal::Reader& journal, const std::string& conversion, const SourceShape& source, LiveTables& tables, std::vector<SubjectPlan>& plans);

/// A row that is in conflict can be undone all the same: there is something to overwrite or to bring back, and the target would let it.
bool forceable(const RowPlan& row, const conversion::Shapes& shapes, LiveTables& tables);
/// What undoing the row would write, of a row that is clear or forceable(); `subject` is the caller's.
/// @param live  row.live, or moved out of it
conversion::RowWrite inverse_of(const RowPlan& row, Row live, const conversion::Shapes& shapes, LiveTables& tables);
/// The target stored another row than was sent.
bool altered(const conversion::RowWrite& sent, const journal::RowChange& stored);

}  // namespace tidemark::engine::rollback
