#include "engine/report/work.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tidemark::engine::report {
namespace {

constexpr std::size_t kSlices = 24;

double seconds(journal::UtcMicros from, journal::UtcMicros to) { return static_cast<double>(to.value - from.value) / 1e6; }

}  // namespace

double percentile(std::vector<double>& values, double percent) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

std::vector<Chunk> chunks_of(const journal::Reader& journal, const std::string& conversion) {
  std::vector<Chunk> chunks;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.name != conversion || unit.work != "convert" || unit.state != journal::UnitState::committed) return true;
    const auto intent = journal.event(unit.intent), outcome = journal.event(unit.outcome);
    if (!intent || !outcome) return true;
    const auto event = journal::decode(*intent);
    const auto* chunk = std::get_if<journal::ChunkIntended>(&event);
    if (!chunk) return true;
    const bool seen = outcome->kind == journal::ChunkCommitted::kCode;
    chunks.push_back({unit.run, chunk->subjects, chunk->rows, intent->at, seen ? outcome->at : intent->at, seen});
    return true;
  });
  return chunks;
}

Work work_of(const std::vector<Chunk>& chunks) {
  Work work;
  struct Span { journal::UtcMicros from, to; double offset = 0; };
  std::map<journal::Run, Span> spans;
  for (const auto& chunk : chunks) {
    auto [at, fresh] = spans.try_emplace(chunk.run, Span{chunk.intended, chunk.done});
    if (!fresh) at->second = {std::min(at->second.from, chunk.intended), std::max(at->second.to, chunk.done)};
  }
  for (auto& [run, span] : spans) {
    span.offset = work.seconds;
    work.seconds += seconds(span.from, span.to);
    work.stretches.push_back({run, span.offset, work.seconds, 0, 0, 0});
  }
  if (chunks.empty()) return work;

  const auto parts = std::clamp<std::size_t>(chunks.size() / 2, 1, kSlices);
  const double width = work.seconds / static_cast<double>(parts);
  std::vector<std::vector<double>> latencies(parts);
  for (std::size_t i = 0; i < parts; ++i) work.slices.push_back({width * static_cast<double>(i), width * static_cast<double>(i + 1), 0, 0, 0, {}, {}});
  for (const auto& chunk : chunks) {
    const auto& span = spans.at(chunk.run);
    const double at = span.offset + seconds(span.from, chunk.done);
    const auto part = width > 0 ? std::min(parts - 1, static_cast<std::size_t>(at / width)) : 0;
    auto& slice = work.slices[part];
    slice.subjects += chunk.subjects;
    slice.rows += chunk.rows;
    ++slice.chunks;
    if (chunk.seen) latencies[part].push_back(seconds(chunk.intended, chunk.done) * 1000);
    else ++work.unseen;
    auto& stretch = *std::find_if(work.stretches.begin(), work.stretches.end(), [&](const auto& one) { return one.run == chunk.run; });
    stretch.subjects += chunk.subjects;
    stretch.rows += chunk.rows;
    ++stretch.chunks;
  }
  for (std::size_t i = 0; i < parts; ++i) {
    if (latencies[i].empty()) continue;
    work.slices[i].p50_ms = percentile(latencies[i], 50);
    work.slices[i].p95_ms = percentile(latencies[i], 95);
  }
  return work;
}

}  // namespace tidemark::engine::report
