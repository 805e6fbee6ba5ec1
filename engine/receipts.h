#pragma once
/// Journal and target hold the same set of committed units, or somebody has to decide.

#include "engine/target.h"
#include "journal/reader.h"

namespace tidemark::engine {

/// Where the target's receipts and the journal's units part.
struct Disagreement {
  struct GivenUp { journal::UnitInfo unit; UtcMicros at{}; };
  std::vector<journal::UnitInfo> missing;  ///< committed by the journal, without receipt; in no order
  std::vector<GivenUp> given_up;           ///< voided by the journal, with a receipt
  std::uint64_t unsettled = 0;             ///< receipts of units whose outcome the journal doesn't have yet: a run was killed behind their COMMIT
  std::vector<Receipt> unknown;            ///< receipts that the journal has no intent for, or another one
};
Disagreement compare_sets(const journal::Reader& journal, Session& session);

/// @throws Failure journal: receipts without intents
void refuse_unknown(const Disagreement& found, const std::string& target);

/// Committed units of the journal that the target has no receipt of; in no order.
/// @throws Failure behind, journal: as compare_receipts(), for receipts that the journal doesn't know or gave up
std::vector<journal::UnitInfo> units_without_receipt(const journal::Reader& journal, Session& session, const std::string& target);

/// Count and sum first, which costs one aggregate; the sets themselves only when these differ.
/// @throws Failure behind: outcomes without receipts, or a receipt of a voided unit; journal: receipts without intents
void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target);

}  // namespace tidemark::engine
