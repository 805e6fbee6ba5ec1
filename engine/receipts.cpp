#include "engine/receipts.h"

#include <map>

namespace tidemark::engine {

namespace {
const std::string kDoing = "comparing the journal with the target's receipts";
const std::string kSafe = "Nothing was written. Going on could write rows twice or lose the undo of rows.";

/// The first few, and how many more.
template <class List, class Name>
std::string names(const List& list, Name name) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < list.size() && i < kShown; ++i) text += (text.empty() ? "" : ", ") + name(list[i]);
  return list.size() > kShown ? text + " and " + std::to_string(list.size() - kShown) + " more" : text;
}
}  // namespace

Disagreement compare_sets(const journal::Reader& journal, Session& session) {
  Disagreement found;
  std::map<UnitId, journal::UnitInfo> missing;  // outcomes whose receipt was not yet seen
  for (const auto& unit : journal.units(journal::UnitState::committed)) missing.emplace(unit.unit, unit);
  if (session.installed()) session.for_each_receipt(journal.opened().journal, [&](const Receipt& receipt) {
    if (!receipt.committed) return;
    const auto unit = journal.unit(receipt.unit);
    if (!unit || unit->intent_chain != receipt.chain) {
      found.unknown.push_back(receipt);
    } else if (unit->state == journal::UnitState::voided) {
      found.given_up.push_back({*unit, receipt.at});
    } else if (missing.erase(receipt.unit) == 0) {
      ++found.unsettled;
    }
  });
  for (auto& [id, unit] : missing) found.missing.push_back(std::move(unit));
  return found;
}

void refuse_unknown(const Disagreement& found, const std::string& target) {
  if (!found.unknown.empty()) {
    throw Failure(ExitCode::journal, kDoing, target, "the target has receipts that this journal has no intents for: units " +
                      names(found.unknown, [](const auto& receipt) { return to_string(receipt.unit); }) + " (the journal was cut or rewritten, or is an older copy)",
                  kSafe, "tidemark reconcile --dry-run lists them; put the right journal back, then tidemark audit verify");
  }
}

namespace {
void refuse_given_up(const Disagreement& found, const std::string& target) {
  if (!found.given_up.empty()) {
    throw Failure(ExitCode::behind, kDoing, target, "the target has receipts of units that were given up: " +
                      names(found.given_up, [](const auto& given_up) { return to_string(given_up.unit.unit); }) + " (it returned to a history that was abandoned)",
                  kSafe, "tidemark reconcile --dry-run, then tidemark reconcile; tidemark audit log --kind reconciled shows when they parted");
  }
}
}  // namespace

std::vector<journal::UnitInfo> units_without_receipt(const journal::Reader& journal, Session& session, const std::string& target) {
  auto found = compare_sets(journal, session);
  refuse_unknown(found, target);
  refuse_given_up(found, target);
  return std::move(found.missing);
}

void compare_receipts(const journal::Reader& journal, Session& session, const std::string& target) {
  const auto ours = journal.receipts();
  const auto theirs = session.receipts(journal.opened().journal);
  if (ours.count == theirs.count && ours.digest == theirs.digest) return;
  const auto found = compare_sets(journal, session);
  refuse_unknown(found, target);
  refuse_given_up(found, target);
  if (found.missing.empty() && found.unsettled > 0 && theirs.count == ours.count + found.unsettled) return;  // each was compared by its chain value; the next run settles
  if (found.missing.empty()) {
    throw Failure(ExitCode::journal, kDoing, target, "the sets are the same, their sums are not: the journal's projections were changed", kSafe, "tidemark audit verify");
  }
  const auto& first = found.missing.front();
  throw Failure(ExitCode::behind, kDoing, target,
                std::to_string(found.missing.size()) + " units that the journal saw committed have no receipt, the first being " +
                    to_string(first.unit) + " (" + first.work + " " + first.name + ", event #" + std::to_string(first.intent) +
                    "): the target was restored or failed over, and is behind the journal",
                kSafe, "tidemark reconcile --dry-run, then tidemark reconcile");
}

}  // namespace tidemark::engine
