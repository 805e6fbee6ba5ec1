#include "engine/receipts.h"

#include <map>

namespace tidemark::engine {

namespace {
const std::string kDoing = "comparing the journal with the target's receipts";
const std::string kSafe = "Nothing was written. Going on could write rows twice or lose the undo of rows.";

struct Compared {
  std::vector<journal::UnitInfo> without_receipt;
  std::uint64_t unsettled = 0;  ///< receipts of units whose outcome the journal doesn't have yet: a run was killed behind their COMMIT
};

Compared compare_sets(const journal::Reader& journal, Session& session, const std::string& target) {
  Compared compared;
  std::map<UnitId, journal::UnitInfo> missing;  // outcomes whose receipt was not yet seen
  for (const auto& unit : journal.units(journal::UnitState::committed)) missing.emplace(unit.unit, unit);
  std::string unknown, given_up;
  if (session.installed()) session.for_each_receipt(journal.opened().journal, [&](const Receipt& receipt) {
    if (!receipt.committed) return;
    const auto unit = journal.unit(receipt.unit);
    if (!unit || unit->intent_chain != receipt.chain) {
      unknown += (unknown.empty() ? "" : ", ") + to_string(receipt.unit);
    } else if (unit->state == journal::UnitState::voided) {
      given_up += (given_up.empty() ? "" : ", ") + to_string(receipt.unit);
    } else if (missing.erase(receipt.unit) == 0) {
      ++compared.unsettled;
    }
  });
  if (!unknown.empty()) {
    throw Failure(ExitCode::journal, kDoing, target, "the target has receipts that this journal has no intents for: units " + unknown +
                      " (the journal was cut or rewritten, or is an older copy)",
                  kSafe, "put the right journal back, then tidemark audit verify");
  }
  if (!given_up.empty()) {
    throw Failure(ExitCode::behind, kDoing, target, "the target has receipts of units that were given up: " + given_up +
                      " (it returned to a history that was abandoned)",
                  kSafe, "put back the database that the journal followed, or the journal that this database had; tidemark audit log --kind reconciled shows when they parted");
  }
  for (auto& [id, unit] : missing) compared.without_receipt.push_back(std::move(unit));
  return compared;
}

}  // namespace

std::vector<journal::UnitInfo> units_without_receipt(const journal::Reader& journal, Session& session, const std::string& target) {
  return compare_sets(journal, session, target).without_receipt;
}

void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target) {
  const auto ours = journal.receipts();
  const auto theirs = session.receipts(journal.opened().journal);
  if (ours.count == theirs.count && ours.digest == theirs.digest) return;
  const auto [missing, unsettled] = compare_sets(journal, session, target);
  if (missing.empty() && unsettled > 0 && theirs.count == ours.count + unsettled) return;  // each was compared by its chain value; the next run settles
  if (missing.empty()) {
    throw Failure(ExitCode::journal, kDoing, target, "the sets are the same, their sums are not: the journal's projections were changed", kSafe, "tidemark audit verify");
  }
  const auto& first = missing.front();
  throw Failure(ExitCode::behind, kDoing, target,
                std::to_string(missing.size()) + " units that the journal saw committed have no receipt, the first being " +
                    to_string(first.unit) + " (" + first.work + " " + first.name + ", event #" + std::to_string(first.intent) +
                    "): the target was restored or failed over, and is behind the journal",
                kSafe, "tidemark reconcile --dry-run, then tidemark reconcile");
}

}  // namespace tidemark::engine
