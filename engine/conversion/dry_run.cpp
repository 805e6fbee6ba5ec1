#include "engine/conversion/dry_run.h"

#include "engine/conversion/portions.h"
#include "journal/chain.h"

namespace tidemark::engine::conversion {
namespace {

constexpr std::size_t kPage = 1000;

/// Length-prefixed, so that no two plans have the same text.
void put(std::string& text, std::string_view part) {
  text += std::to_string(part.size());
  text += ':';
  text += part;
}

}  // namespace

PlanResult dry_run(Session& session, const Conversion& conversion, const journal::Reader* journal, const std::string& program, const ChunkOptions& options,
                   const std::function<void(const Planned&)>& each) {
  const Binding binding = bind(session, conversion, false);
  PlanResult result;
  result.target_exists = binding.target_exists;
  std::string text;
  put(text, program);
  put(text, conversion.mapping());
  result.hash = journal::sha256(text);

  const Stamp stamp{"", [] { return std::string{}; }};
  conversion.check(session, binding.source);
  const auto look_at = [&](const std::vector<SourceRow>& subjects) {
    for (auto& draw : decide(session, conversion, binding, journal, options, subjects, {}, stamp)) {
      Planned planned{draw.source->key, {}, draw.source->digest, event_of(draw, binding), {}};
      const auto tally = tally_of(planned.event);
      text.clear();
      put(text, planned.key);
      put(text, journal::hex(draw.source->digest));
      for (const auto& [name, n] : tally) put(text, name + "=" + std::to_string(n));
      for (const auto& r : draw.decision.rejected) {
        put(text, r.key);
        put(text, r.reason);
      }
      for (const auto& row : draw.decision.rows) {
        for (const auto& value : conversion.planned(row)) put(text, value.value_or(""));
        planned.links.push_back(conversion.describe(row));
      }
      for (const auto& write : draw.decision.writes) {
        planned.links.push_back(to_string(write));
        put(text, planned.links.back());
      }
      planned.seal = journal::sha256(text);
      text.assign(reinterpret_cast<const char*>(result.hash.data()), result.hash.size());
      text.append(reinterpret_cast<const char*>(planned.seal.data()), planned.seal.size());
      result.hash = journal::sha256(text);
      ++result.planned;
      result.links += planned.links.size();
      add(result.tally, tally, +1);
      if (each) each(planned);
    }
  };
  session.begin_reading();
  std::optional<std::string> above;
  for (auto keys = session.keys(binding.source, above, std::nullopt, kPage); !keys.empty();
       keys = session.keys(binding.source, above, std::nullopt, kPage)) {
    above = keys.back();
    result.looked_at += keys.size();
    const auto page = session.read(binding.source, keys);
    const auto parts = portions(binding.source, page);
    if (parts.empty()) look_at(page);
    for (const auto& part : parts) look_at(session.read(binding.source, part));
  }
  session.rollback();
  return result;
}

}  // namespace tidemark::engine::conversion
