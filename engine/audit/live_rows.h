#pragma once
/// The rows of the written tables as they stand: by pages, by subjects, and whose they may be. Each look is a snapshot of its own.

#include <string>
#include <vector>

#include "engine/conversion/binding.h"
#include "engine/rollback/inverse_plan.h"

namespace tidemark::engine::audit {

/// A row is its key, in the target (table 0) followed by the columns of Tables::match, all as text.
class LiveRows {
 public:
  /// @throws TargetError, Failure as rollback::live_tables() and conversion::bind()
  LiveRows(Session& session, const conversion::Conversion& conversion);

  const std::vector<rollback::Live>& tables() const { return tables_; }  ///< the target first
  const journal::TableShape& shape(std::size_t table) const { return tables_[table].facts.shape; }
  const journal::TableShape& shape(const std::string& name) const;
  std::string name(std::size_t table) const { return shape(table).schema + "." + shape(table).name; }
  Row key_of(std::size_t table, const Row& row) const;

  /// The next rows in the key's own order, which is the server's. @param above  the last one's key; empty: from the first
  Rows page(std::size_t table, const Row& above, std::size_t limit) const;
  /// The target's rows that concern these subjects, each once.
  Rows of(const Keys& subjects) const;
  /// Subjects that these rows may be of, by each of their owner columns; the one that is named directly first.
  std::vector<Keys> owners(std::size_t table, const Rows& rows) const;

 private:
  Session& session_;
  const conversion::Conversion& conversion_;
  std::vector<rollback::Live> tables_;
  conversion::Binding binding_;
  std::vector<std::vector<std::string>> columns_;  ///< by table, of a row
};

}  // namespace tidemark::engine::audit
