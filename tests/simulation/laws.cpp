/// What must hold after a command that has ended in peace. Reads the journal's events and the server's rows, and nothing that the engine derived from them.

#include <algorithm>

#include "journal/ranges.h"
#include "journal/reader.h"
#include "journal/verify.h"
#include "tests/simulation/world.h"

namespace tidemark::tests {
namespace {

using journal::SubjectStatus;

/// The rows of ours that exist by the journal: its committed changes, one after the other.
std::map<std::string, Row> folded(const journal::Reader& reader) {
  std::map<std::string, Row> rows;
  reader.for_each({}, [&](const journal::Record& record) {
    if (record.kind != journal::SubjectConverted::kCode && record.kind != journal::SubjectReverted::kCode) return true;
    if (reader.unit(record.unit)->state != journal::UnitState::committed) return true;
    const auto event = journal::decode(record);
    const auto* converted = std::get_if<journal::SubjectConverted>(&event);
    const auto& changes = converted ? converted->changes : std::get<journal::SubjectReverted>(event).changes;
    for (const auto& change : changes.list) {
      if (change.op != journal::Op::insert) rows.erase(change.before.at(0).value_or(""));
      if (change.op != journal::Op::remove) rows[change.after.at(0).value_or("")] = change.after;
    }
    return true;
  });
  return rows;
}

/// The ranges that are closed by the journal: those of chunks whose units have committed. A range that is closed too early is made good by the catch-up,
/// which looks at everybody: rows alone don't tell.
std::vector<journal::KeyRange> closed(const journal::Reader& reader) {
  std::vector<journal::KeyRange> ranges;
  reader.for_each({}, [&](const journal::Record& record) {
    if (record.kind != journal::ChunkIntended::kCode || reader.unit(record.unit)->state != journal::UnitState::committed) return true;
    if (const auto chunk = std::get<journal::ChunkIntended>(journal::decode(record)); chunk.closes) ranges.push_back(*chunk.closes);
    return true;
  });
  return journal::merged(ranges);
}

}  // namespace

std::string World::laws(const Command& command) const {
  if (!server_.violations.empty()) return server_.violations.front();
  const journal::Reader reader(journal());
  // Law 2, units: every receipt has its event, every event its receipt.
  std::map<UnitId, journal::UnitInfo> units;
  for (const auto& unit : reader.units(std::nullopt)) {
    if (unit.state == journal::UnitState::in_doubt) return "unit " + to_string(unit.unit) + " is in doubt after the end";
    if (unit.state == journal::UnitState::committed) units.emplace(unit.unit, unit);
  }
  for (const auto& [id, receipt] : server_.state.receipts) {
    if (!receipt.committed) continue;
    const auto unit = units.find(id);
    if (unit == units.end()) return "unit " + to_string(id) + " has a receipt and no outcome";
    if (receipt.chain != unit->second.intent_chain) return "the receipt of unit " + to_string(id) + " witnesses another intent";
    units.erase(unit);
  }
  if (!units.empty()) return "unit " + to_string(units.begin()->first) + " has an outcome and no receipt";
  if (server_.state.lease->held) return "the lease is held, and nobody runs";
  // Law 2, rows.
  const auto fold = folded(reader);
  const auto& items = server_.state.tables.at("items");
  for (const auto& [key, stored] : items) {
    if (!stored.ours) continue;
    const auto ours = fold.find(key);
    if (ours == fold.end()) return "item " + key + " of ours is in no event";
    if (ours->second != stored.row) return "item " + key + " is not as its event says";
  }
  for (const auto& [key, row] : fold) {
    const auto last = server_.state.last_by_us.find({"items", key});
    if ((last == server_.state.last_by_us.end() || last->second) && !items.contains(key)) return "item " + key + " by the journal is not there";
  }
  if (auto counters = reader.counters("words"); counters["links"] != static_cast<std::int64_t>(fold.size())) {
    return "the counter of rows says " + std::to_string(counters["links"]) + ", the events " + std::to_string(fold.size());
  }
  if (reader.closed_ranges("words") != closed(reader)) return "the closed ranges are not those of the units that committed";
  // Law 1: everybody has come to an end, and to the right one.
  for (const auto& [person, stored] : server_.state.tables.at("people")) {
    const auto status = reader.subject_state("words", person).status;
    if (command.verb == "convert" && status == SubjectStatus::none) return "person " + person + " was passed over";
    if (server_.state.touched.contains(person)) continue;
    std::multiset<std::string> labels, ours;
    for (const auto& [_, item] : items) {
      if (item.row[1] != person) continue;
      labels.insert(*item.row[2]);
      if (item.ours) ours.insert(*item.row[2]);
    }
    auto wanted = words_in(stored.row[2].value_or(""));
    const bool refused = !wanted.empty() && wanted.begin()->starts_with("!");
    std::erase_if(wanted, [](const auto& word) { return word.starts_with("?"); });
    const std::string who = "person " + person + " (" + stored.row[2].value_or("") + ", " + journal::to_string(status) + ")";
    if (status == SubjectStatus::converted && labels != std::multiset<std::string>(wanted.begin(), wanted.end())) return who + " has " + std::to_string(labels.size()) + " items";
    if (status == SubjectStatus::converted && refused) return who + " can't be converted";
    if (status != SubjectStatus::converted && !ours.empty()) return who + " has items of ours";
    if (status == SubjectStatus::skipped && !words_in(stored.row[2].value_or("")).empty()) return who + " was skipped";
    if (status == SubjectStatus::refused && !refused) return who + " was refused";
    if (status == SubjectStatus::partly_reverted) return who + ": nothing stood in the way";
    const bool meant = !command.scope || std::find(command.scope->begin(), command.scope->end(), person) != command.scope->end();
    if (command.verb == "rollback" && meant && status == SubjectStatus::converted) return who + " was not rolled back";
    if (command.verb == "redo" && meant && status == SubjectStatus::reverted) return who + " was not brought back";
  }
  // Law 6: chain, transitions and projections.
  if (lives_ % 10 == 0) {
    const auto verdict = journal::verify(journal(), false);
    if (!verdict.ok) return "journal verify: " + verdict.kind + " at #" + std::to_string(verdict.first_bad) + ": " + verdict.detail;
  }
  return {};
}

}  // namespace tidemark::tests
