#pragma once
/// What the journal knows of one subject: its records folded.

#include <map>

#include "journal/reader.h"

namespace tidemark::engine::conversion {

/// (table number, key) → the row as the engine left it.
using OwnRows = std::map<std::pair<std::uint32_t, journal::Row>, journal::Row>;

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
