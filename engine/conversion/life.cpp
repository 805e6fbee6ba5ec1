#include "engine/conversion/life.h"

namespace tidemark::engine::conversion {
namespace {
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

void count_rejections(journal::Tally& tally, const std::vector<journal::Rejection>& rejected) {
  for (const auto& r : rejected) ++tally["rejected." + r.reason];
}
/// What is still known of an erased record's share: its reasons, and whether rows were left, are not.
journal::Tally tally_of_erased(std::uint16_t kind) {
  switch (kind) {
    case journal::SubjectConverted::kCode: return {{"converted", 1}};
    case journal::SubjectSkipped::kCode: return {{"skipped", 1}};
    case journal::SubjectRefused::kCode: return {{"refused", 1}};
    case journal::SubjectReverted::kCode: return {{"reverted", 1}};
    default: return {};
  }
}

}  // namespace

journal::Tally tally_of(const journal::Event& event) {
  journal::Tally tally;
  std::visit(Overloaded{
                 [&](const journal::SubjectConverted& e) {
                   ++tally["converted"];
                   if (e.over_api_limit) ++tally["over_api_limit"];
                   count_rejections(tally, e.rejected);
                 },
                 [&](const journal::SubjectSkipped& e) {
                   ++tally["skipped"];
                   ++tally["skipped." + e.reason];
                   count_rejections(tally, e.rejected);
                 },
                 [&](const journal::SubjectRefused& e) {
                   ++tally["refused"];
                   ++tally["refused." + e.reason];
                 },
                 [&](const journal::SubjectReverted& e) { ++tally[e.left == 0 ? "reverted" : "partly_reverted"]; },
                 [](const auto&) {},
             },
             event);
  return tally;
}

int created_by(journal::Op op) { return op == journal::Op::insert ? 1 : op == journal::Op::remove ? -1 : 0; }

void add(journal::Tally& to, const journal::Tally& what, int sign) {
  for (const auto& [name, n] : what) {
    if ((to[name] += sign * n) == 0) to.erase(name);
  }
}

Life life_of(const journal::Reader& reader, const std::string& conversion, const std::string& subject) {
  return life_of(reader, conversion, subject, reader.tables());
}

Life life_of(const journal::Reader& reader, const std::string& conversion, const std::string& subject, const Shapes& shapes) {
  Life life;
  for (const auto& [record, unit] : reader.history(conversion, subject)) {
    if (unit.state != journal::UnitState::committed || !journal::is_state(record)) continue;
    auto event = journal::decode(record);
    life.state.last = record.seq;
    life.state.status = journal::status_after(event);
    if (const auto* source = journal::source_of(event)) life.state.source = *source;
    life.tally = record.version == 0 ? tally_of_erased(record.kind) : tally_of(event);
    auto* converted = std::get_if<journal::SubjectConverted>(&event);
    auto* reverted = std::get_if<journal::SubjectReverted>(&event);
    auto* changes = converted ? &converted->changes : reverted ? &reverted->changes : nullptr;
    if (!changes) continue;
    for (auto& change : changes->list) takes_back(unit.work) ? life.effects.take_back(change, shapes) : life.effects.change(std::move(change), shapes);
  }
  return life;
}

}  // namespace tidemark::engine::conversion
