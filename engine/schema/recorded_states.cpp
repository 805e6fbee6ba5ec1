#include "engine/schema/recorded_states.h"

#include <variant>

#include "journal/chain.h"

namespace tidemark::engine::schema {
namespace {

std::string subject_of(const Digest& state) { return "schema:" + journal::hex(state); }

std::set<std::string> lines_of(const CatalogSnapshot& snapshot) {
  std::set<std::string> lines;
  const auto text = snapshot.text();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

std::optional<journal::SchemaSnapshotted> RecordedStates::event_of(const Digest& state) const {
  std::optional<journal::SchemaSnapshotted> found;
  journal::Filter filter;
  filter.kind = journal::SchemaSnapshotted::kCode;
  filter.subject = subject_of(state);
  filter.limit = 1;
  reader_.for_each(filter, [&](const journal::Record& record) {
    found = std::get<journal::SchemaSnapshotted>(journal::decode(record));
    return false;
  });
  return found;
}

std::optional<CatalogSnapshot> RecordedStates::find(const Digest& state) const {
  if (state == Digest{}) return std::nullopt;
  std::vector<journal::SchemaSnapshotted> changes;
  for (Digest next = state; next != Digest{};) {
    auto event = event_of(next);
    if (!event) return std::nullopt;
    next = event->base;
    changes.push_back(std::move(*event));
  }
  std::set<std::string> lines;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    for (const auto& line : change->removed) lines.erase(line);
    lines.insert(change->added.begin(), change->added.end());
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  auto snapshot = CatalogSnapshot::parse(text);
  if (state_digest(snapshot) != state) {
    throw journal::JournalError(journal::JournalError::Kind::damaged, "the state " + journal::hex(state) + " of the schema isn't what it was");
  }
  return snapshot;
}

std::optional<journal::Draft> RecordedStates::draft(const CatalogSnapshot& snapshot, const CatalogSnapshot* base, UnitId unit) {
  const auto state = state_digest(snapshot);
  if (drafted_.contains(state) || event_of(state)) return std::nullopt;
  const auto print = fingerprint(snapshot);
  journal::SchemaSnapshotted event{state, print.schema, print.order, print.surroundings, {}, {}, {}};
  const auto lines = lines_of(snapshot);
  const auto base_state = base ? state_digest(*base) : Digest{};
  if (base && base_state != state && (drafted_.contains(base_state) || event_of(base_state))) {
    const auto old = lines_of(*base);
    for (const auto& line : old) {
      if (!lines.contains(line)) event.removed.push_back(line);
    }
    for (const auto& line : lines) {
      if (!old.contains(line)) event.added.push_back(line);
    }
    event.base = base_state;
  }
  if (!base || event.base == Digest{} || event.removed.size() + event.added.size() > lines.size() / 2) {
    event.base = {};
    event.removed.clear();
    event.added.assign(lines.begin(), lines.end());
  }
  drafted_.insert(state);
  return journal::draft(event, unit, subject_of(state));
}

}  // namespace tidemark::engine::schema
