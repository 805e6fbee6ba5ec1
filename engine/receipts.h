#pragma once
/// Journal and target hold the same set of committed units, or somebody has to decide.

#include "engine/target.h"
#include "journal/reader.h"

namespace tidemark::engine {

/// Count and sum first, which costs one aggregate; the sets themselves only when these differ.
/// @throws Failure behind: outcomes without receipts, or a receipt of a voided unit; journal: receipts without intents
void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target);

}  // namespace tidemark::engine
