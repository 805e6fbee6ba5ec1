#include "engine/receipts.h"

#include <map>

namespace tidemark::engine {

void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target) {
  const auto id = journal.opened().journal;
  const auto ours = journal.receipts();
  const auto theirs = session.receipts(id);
  if (ours.count == theirs.count && ours.digest == theirs.digest) return;

  std::map<UnitId, journal::UnitInfo> missing;  // outcomes whose receipt was not yet seen
  for (const auto& unit : journal.units(journal::UnitState::committed)) missing.emplace(unit.unit, unit);
  std::string unknown, given_up;
  session.for_each_receipt(id, [&](const Receipt& receipt) {
    if (!receipt.committed) return;
    const auto unit = journal.unit(receipt.unit);
    if (!unit || unit->intent_chain != receipt.chain) {
      unknown += (unknown.empty() ? "" : ", ") + to_string(receipt.unit);
    } else if (unit->state == journal::UnitState::voided) {
      given_up += (given_up.empty() ? "" : ", ") + to_string(receipt.unit);
    } else {
      missing.erase(receipt.unit);
    }
  });
  const std::string doing = "comparing the journal with the target's receipts";
  const std::string safe = "Nothing was written. Going on could write rows twice or lose the undo of rows.";
  if (!unknown.empty()) {
    throw Failure(ExitCode::journal, doing, target, "the target has receipts that this journal has no intents for: units " + unknown +
                      " (the journal was cut, or is an older copy)",
                  safe, "put the right journal back, then tidemark audit verify");
  }
  if (!given_up.empty()) {
    throw Failure(ExitCode::behind, doing, target, "the target has receipts of units that were given up: " + given_up +
                      " (it returned to a history that was abandoned)",
                  safe, "tidemark reconcile");
  }
  const auto& first = missing.begin()->second;
  throw Failure(ExitCode::behind, doing, target,
                std::to_string(missing.size()) + " units that the journal saw committed have no receipt, the first being " +
                    to_string(first.unit) + " (" + first.work + " " + first.name + ", event #" + std::to_string(first.intent) +
                    "): the target was restored or failed over, and is behind the journal",
                safe, "tidemark reconcile");
}

}  // namespace tidemark::engine
