#include "engine/conversion/first_pass.h"

#include <algorithm>

namespace tidemark::engine::conversion {
namespace {

FirstPassEnd by_keys(const Sharing& shared, Crew& crew, Connection& reading, std::size_t workers, bool fresh) {
  const auto since = reading.ask([&](Session& s) { return s.horizon(shared.binding.source); });
  const auto feed = key_ranges(reading, shared.binding, shared.run.reader(), shared.conversion.name(), shared.environment.limits.unit.statement_timeout_ms);
  crew.pass(*feed, {workers, true, false, fresh});
  return {feed->seen(), fresh ? since : std::nullopt};
}

FirstPassEnd along(std::optional<Heap> heap, const Sharing& shared, Crew& crew, Connection& reading, std::size_t workers, bool fresh) {
  auto& env = shared.environment;
  const auto& source = shared.binding.source;
  FirstPassEnd end{0, heap->since};
  for (bool again = true; again && heap;) {
    HeapPass feed(reading, shared.binding, *heap, fresh ? nullptr : &shared.run.reader(), shared.conversion.name(), env.limits.unit.statement_timeout_ms);
    env.observer.say(Observer::Level::info, to_string(*heap, source, feed.begins_at()));
    crew.pass(feed, {workers, true, false, fresh});
    end.seen += feed.seen();
    again = feed.outdated() && !env.stop.requested();
    if (!again) continue;
    env.observer.say(Observer::Level::info, source.table + " was written anew, or the server began anew: its rows are elsewhere, or their age is not known any more; the pass looks where to go on");
    fresh = false;
    heap = reading.ask([&](Session& s) { return s.heap(source); });
  }
  if (heap && !env.stop.requested()) crew.pass(*all_closed(*heap), {1, true});
  if (!fresh) end.since.reset();
  return end;
}

}  // namespace

// Only a pass that looks at every row itself, without a predecessor or a restore between, may leave the unwritten ones out afterwards.
FirstPassEnd first_pass(const Sharing& shared, Crew& crew, Connection& reading, std::size_t workers, Order order) {
  const auto& reader = shared.run.reader();
  const auto units = reader.units(std::nullopt);
  const bool fresh = std::none_of(units.begin(), units.end(), [&](const auto& unit) { return unit.name == shared.conversion.name(); });
  // A pass that has closed ranges of keys goes on by keys.
  if (order != Order::key && reader.closed_ranges(shared.conversion.name()).empty()) {
    auto heap = reading.ask([&](Session& s) { return s.heap(shared.binding.source); });
    if (along_the_heap(heap, order)) return along(std::move(heap), shared, crew, reading, workers, fresh);
  }
  return by_keys(shared, crew, reading, workers, fresh);
}

}  // namespace tidemark::engine::conversion
