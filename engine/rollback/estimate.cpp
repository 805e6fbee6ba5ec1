#include "engine/rollback/estimate.h"

namespace tidemark::engine::rollback {

std::optional<double> rate(const std::vector<ChunkPoint>& chunks) {
  if (chunks.size() < 2) return std::nullopt;
  const auto micros = chunks.back().committed_at.value - chunks.front().committed_at.value;
  std::uint64_t rows = 0;
  for (std::size_t i = 1; i < chunks.size(); ++i) rows += chunks[i].rows;  // the first one's time began before its commit
  if (micros <= 0 || rows == 0) return std::nullopt;
  return static_cast<double>(rows) * 1e6 / static_cast<double>(micros);
}

namespace {

// A run's first chunks tell its speed; reading all of a million profiles' would take longer than most undos.
constexpr std::uint64_t kChunks = 8;
constexpr std::size_t kRuns = 50;

/// @param to  0: the journal's end
std::optional<double> rate_of(const journal::Reader& journal, const std::string& conversion, journal::Run run, journal::Seq to) {
  std::vector<ChunkPoint> points;
  journal::Filter chunks;
  chunks.from = chunks.run = run;
  chunks.to = to;
  chunks.kind = journal::ChunkIntended::kCode;
  chunks.limit = kChunks;
  journal.for_each(chunks, [&](const journal::Record& record) {
    const auto unit = journal.unit(record.unit);
    const auto event = journal::decode(record);
    if (unit && unit->state == journal::UnitState::committed && unit->name == conversion) points.push_back({unit->committed_at, std::get<journal::ChunkIntended>(event).rows});
    return true;
  });
  return rate(points);
}

}  // namespace

std::optional<double> estimated_seconds(const journal::Reader& journal, const std::string& conversion, const std::string& work, std::uint64_t rows) {
  const auto runs = journal.runs();
  for (const bool same_work : {true, false}) {
    std::size_t asked = 0;
    for (std::size_t i = runs.size(); i-- > 0 && asked < kRuns;) {
      if ((runs[i].started.verb == work) != same_work) continue;
      ++asked;
      const auto per_second = rate_of(journal, conversion, runs[i].run, i + 1 < runs.size() ? runs[i + 1].run - 1 : 0);
      if (per_second) return static_cast<double>(rows) / *per_second;
    }
  }
  return std::nullopt;
}

}  // namespace tidemark::engine::rollback
