#pragma once
/// What the journal says about a conversion's subjects and rows as they stand at its end. Memory: one subject and the limits.

#include <functional>
#include <map>
#include <optional>

#include "engine/conversion/conversion.h"
#include "journal/reader.h"

namespace tidemark::engine::report {

struct RefusedSubject {
  journal::Subject subject;
  std::string reason, sqlstate, message;  ///< message is the server's: data may stand in it
  journal::Seq seq = 0;
  journal::UtcMicros at{};
};
struct RejectedEntry {
  journal::Subject subject;
  std::string reason, key;  ///< key is data: an entry of the source is named by it
  journal::Seq seq = 0;
};
struct TopSubject {
  journal::Subject subject;
  std::string owner;  ///< the other column that ties a row to its subject ("userId"); empty: there is none
  std::uint64_t rows = 0;
};

struct Facts {
  std::uint64_t rows = 0;                                ///< of ours that exist by the journal
  std::map<std::string, std::uint64_t> by_category;      ///< rows; NULL counts as ""
  std::map<std::uint64_t, std::uint64_t> by_row_count;   ///< subjects with so many rows of ours, from 1
  std::vector<TopSubject> top;                           ///< ten; the most rows first, equal ones by key
  std::map<journal::SubjectStatus, std::uint64_t> states;
  std::uint64_t refused = 0, rejected = 0;
  std::map<std::string, std::uint64_t> rejected_by_reason;
  std::vector<std::pair<std::string, journal::Row>> sample;  ///< subject and row in the order of target_columns; up to ten
};

struct FactSinks {
  std::function<void(const RefusedSubject&)> refused;
  std::function<void(const RejectedEntry&)> rejected;
};

/// Each subject at its last record whose unit is committed.
Facts facts_of(const journal::Reader& journal, const conversion::Conversion& conversion, const FactSinks& sinks);

}  // namespace tidemark::engine::report
