#pragma once
/// Rows as the journal has them: cells that point into its bytes.

#include <string>
#include <string_view>
#include <vector>

#include "journal/row_coding.h"

namespace tidemark::tests {

class RecordedRows {
 public:
  explicit RecordedRows(const std::vector<journal::Row>& rows, std::string_view subject = {}) : subject_(subject) {
    journal::RowChanges changes;
    for (const auto& row : rows) changes.list.push_back({1, journal::Op::insert, {}, row});
    journal::ByteWriter out(bytes_);
    journal::write_changes(out, changes, subject_);
    journal::ByteReader in(bytes_);
    changes_ = journal::read_changes<journal::CellRow>(in, subject_);
  }
  RecordedRows(const RecordedRows&) = delete;
  RecordedRows& operator=(const RecordedRows&) = delete;
  std::vector<const journal::CellRow*> all() const {
    std::vector<const journal::CellRow*> rows;
    for (const auto& change : changes_.list) rows.push_back(&change.after);
    return rows;
  }

 private:
  std::string subject_, bytes_;
  journal::CellChanges changes_;
};

}  // namespace tidemark::tests
