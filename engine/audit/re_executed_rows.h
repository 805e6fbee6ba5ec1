#pragma once
/// One unit's row changes, done again by their keys.

#include <map>
#include <set>

#include "engine/audit/re_execution.h"

namespace tidemark::engine::audit {

class RowsAgain {
 public:
  RowsAgain(Session& session, const journal::Reader& journal);
  /// Inside a transaction. @throws Failure failed: a table isn't there; TargetError but for rows that were refused, which are left out
  void redo(const journal::UnitInfo& unit, ReExecuted& done);

 private:
  struct Change { std::string subject; journal::RowChange change; };
  /// Changes of one table and kind, no row twice.
  struct Batch {
    std::uint32_t table = 0;
    journal::Op op = journal::Op::insert;
    std::vector<Change> changes;
    std::set<journal::Row> keys;
  };
  struct Table {
    TableShape shape;                   ///< as recorded, without what the scratch database computes itself or lacks
    std::vector<std::size_t> columns;   ///< of these columns: where they are in a recorded row
    std::vector<std::string> names;
  };
  const Table& table(std::uint32_t no, const journal::UnitInfo& unit);
  void silence(const Table& table);
  void speak();
  void put(const Batch& batch, const journal::UnitInfo& unit, std::size_t from, std::size_t to, bool last, ReExecuted& done);
  void put_at_once(const Table& table, const Batch& batch, std::size_t from, std::size_t to);
  void put_one(const Table& table, const Change& change);

  Session& session_;
  const journal::Reader& journal_;
  const std::map<std::uint32_t, TableShape> shapes_;
  std::map<std::uint32_t, Table> tables_;  ///< of the unit under way: a migration may lie between two
  std::set<std::string> silenced_;         ///< "ALTER TABLE … ENABLE TRIGGER …"
  std::vector<Batch> waiting_;             ///< refused, and tried once more at the unit's end
  bool replica_ = true;                    ///< foreign keys and triggers can be switched off for the transaction
};

}  // namespace tidemark::engine::audit
