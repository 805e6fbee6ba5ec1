#pragma once
/// The tables of the target as an undo or redo finds them.

#include <map>
#include <memory>

#include "engine/conversion/conversion.h"
#include "engine/conversion/life.h"
#include "engine/conversion/row_writer.h"

namespace tidemark::engine::rollback {

/// A table as it is now, described in the journal (shape.no set) or not (0, for a preview).
struct Live {
  TableFacts facts;
  std::vector<std::string> owners;  ///< columns that say whose a row is (moved)
  /// Times that the table itself sets when a row is made (DEFAULT now(), but not "updatedAt"). An edit leaves them alone: where all of them
  /// are others, the row was deleted and made again. Without such a column that can't be told from an edit.
  std::vector<std::string> births;
};

/// The conversion's target. @throws Failure failed: it does not exist
Live live_table(Session& session, const conversion::Conversion& conversion);

/// The target, then Tables::also. @throws Failure failed: one does not exist
std::vector<Live> live_tables(Session& session, const conversion::Conversion& conversion);

/// All tables that a journal has rows of, looked up once each.
class LiveTables {
 public:
  LiveTables(Session& session, const conversion::Conversion& conversion) : session_(&session), conversion_(conversion) {}
  /// With this one known already.
  LiveTables(Session& session, const conversion::Conversion& conversion, Live target);
  LiveTables(Session& session, const conversion::Conversion& conversion, const std::vector<Live>& known);
  void use(Session& session) { session_ = &session; }  ///< after a new connection
  /// nullptr: it is gone.
  Live* find(const std::string& schema, const std::string& name);
  Live* find(const TableShape& shape) { return find(shape.schema, shape.name); }
  /// Positions for RowWrite::table: in the order in which they were looked up.
  std::size_t position(const Live& table) const;
  std::vector<const TableFacts*> facts() const;

 private:
  Session* session_;
  const conversion::Conversion& conversion_;
  std::vector<std::unique_ptr<Live>> tables_;
  std::map<std::pair<std::string, std::string>, Live*> by_name_;
};

/// Where each column of the recorded shape is in the live one; nullopt: one no longer fits.
std::optional<std::vector<std::size_t>> fit(const TableShape& recorded, const TableShape& live);

/// What is set so that a row becomes as it was recorded; generated columns are the target's own affair. It must fit.
std::map<std::uint32_t, Value> as_recorded(const Row& recorded, const TableShape& shape, const TableFacts& live);

/// A key in one text: "a, b".
std::string key_text(const Row& key);

}  // namespace tidemark::engine::rollback
