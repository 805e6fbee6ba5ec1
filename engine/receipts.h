#pragma once
/// Journal and target hold the same set of committed units, or somebody has to decide.

#include "engine/target.h"
#include "journal/reader.h"

namespace tidemark::engine {

/// Count and sum first, which costs one aggregate; the sets themselves only when these differ.
/// @throws Failure behind: outcomes without receipts, or a receipt of a voided unit; journal: receipts without intents
void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target);

/// Committed units of the journal that the target has no receipt of; in no order.
/// @throws Failure behind, journal: as above, for receipts that the journal doesn't know or gave up
std::vector<journal::UnitInfo> units_without_receipt(const journal::Reader& journal, Session& session, const std::string& target);

}  // namespace tidemark::engine
