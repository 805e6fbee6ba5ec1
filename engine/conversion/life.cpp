#include "engine/conversion/life.h"

namespace tidemark::engine::conversion {
namespace {
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

void add(journal::Tally& to, const std::string& name, std::int64_t n) {
  if (n != 0 && (to[name] += n) == 0) to.erase(name);
}

void add_rejections(journal::Tally& to, const std::vector<journal::Rejection>& rejected, int sign) {
  for (const auto& r : rejected) add(to, "rejected." + r.reason, sign);
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
  add(tally, event, +1);
  return tally;
}

void add(journal::Tally& to, const journal::Event& event, int sign) {
  std::visit(Overloaded{
                 [&](const journal::SubjectConverted& e) {
                   add(to, "converted", sign);
                   if (e.over_api_limit) add(to, "over_api_limit", sign);
                   add_rejections(to, e.rejected, sign);
                 },
                 [&](const journal::SubjectSkipped& e) {
                   add(to, "skipped", sign);
                   add(to, "skipped." + e.reason, sign);
                   add_rejections(to, e.rejected, sign);
                 },
                 [&](const journal::SubjectRefused& e) {
                   add(to, "refused", sign);
                   add(to, "refused." + e.reason, sign);
                 },
                 [&](const journal::SubjectReverted& e) { add(to, e.left == 0 ? "reverted" : "partly_reverted", sign); },
                 [](const auto&) {},
             },
             event);
}

int created_by(journal::Op op) { return op == journal::Op::insert ? 1 : op == journal::Op::remove ? -1 : 0; }

void add(journal::Tally& to, const journal::Tally& what, int sign) {
  for (const auto& [name, n] : what) add(to, name, sign * n);
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
