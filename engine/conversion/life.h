#pragma once
/// What the journal knows of one subject: its records folded.

#include <map>

#include "journal/reader.h"

namespace tidemark::engine::conversion {

/// A row as the engine left it.
struct OwnRow {
  std::uint32_t table = 0;  ///< TableShape::no that `row` is spelt in
  journal::Row row;
};
/// By qualified table name and key: the shape of a table may have been described anew in between.
using OwnRows = std::map<std::pair<std::string, journal::Row>, OwnRow>;

struct Life {
  journal::SubjectState state;
  OwnRows rows;                ///< rows of ours that exist by the journal
  journal::Tally tally;        ///< what the last record adds to the counters; taken back when the next one commits
};

/// Folds the committed records of a subject, oldest first.
Life life_of(const journal::Reader& journal, const std::string& conversion, const std::string& subject);

/// What a subject's event adds to the counters, without rows.
journal::Tally tally_of(const journal::Event& event);
void add(journal::Tally& to, const journal::Tally& what, int sign);

/// Applies changes to rows, in order.
void apply(OwnRows& rows, const std::vector<journal::RowChange>& changes, const std::map<std::uint32_t, journal::TableShape>& tables);

}  // namespace tidemark::engine::conversion
