#pragma once
/// Writes changes of many subjects' rows in few statements and tells what each came to: the before-image as it was locked, the after-image as
/// it is stored. Shared by conversions, undo and redo.

#include <map>
#include <optional>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::conversion {

/// A change that is wanted of one row.
struct RowWrite {
  enum class Op { insert, update, remove, upsert } op = Op::insert;
  std::size_t subject = 0;  ///< whose it is: any number that means something to the caller
  std::size_t table = 0;    ///< of the tables that the writer was given
  Row key;                  ///< in the order of the shape's key: where the row stands now; of an insert, where it will
  std::map<std::uint32_t, Value> set;  ///< by position in the shape; generated columns are left out by the writer

  // What became of it. Who has locked the row already says what it is in change.before; it is not looked for again.
  bool held = false;        ///< somebody else holds the row: nothing of its subject may be written
  bool done = false;        ///< false: there was nothing to do (no such row, or nothing in it differs)
  journal::RowChange change;
};

class RowWriter {
 public:
  /// The tables are borrowed.
  RowWriter(Session& session, const std::vector<const TableFacts*>& tables) : session_(session), tables_(tables) {}

  /// Locks the rows that there are, skipping what others hold, so that whoever finds its rows held can step back before anything is written.
  void lock(std::vector<RowWrite>& writes);
  /// What a write will come to, if that is certain: all its values are as the server prints them, and nothing in the table changes them.
  std::optional<journal::RowChange> foresee(const RowWrite& write) const;
  /// Each subject's writes happen in their order, and two writes of one row in theirs. @throws TargetError data: a trigger or rule took a row
  /// and did nothing; lock: a row came and was locked meanwhile
  /// @param foreseen  all of them were foreseen: nothing is read back
  void write(std::vector<RowWrite>& writes, bool foreseen = false);

 private:
  void stage(std::vector<RowWrite*>& writes);
  void insert(const TableFacts& table, const std::vector<RowWrite*>& writes);
  void update(const TableFacts& table, const std::vector<RowWrite*>& writes);
  void remove(const TableFacts& table, const std::vector<RowWrite*>& writes);
  Session& session_;
  std::vector<const TableFacts*> tables_;
  bool foreseen_ = false;
};

/// The values of the key's columns.
Row key_in(const TableShape& shape, const Row& row);

}  // namespace tidemark::engine::conversion
