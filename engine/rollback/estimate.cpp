#include "engine/rollback/estimate.h"

#include <map>

namespace tidemark::engine::rollback {

std::optional<double> rate(const std::vector<ChunkPoint>& chunks) {
  if (chunks.size() < 2) return std::nullopt;
  const auto micros = chunks.back().committed_at.value - chunks.front().committed_at.value;
  std::uint64_t rows = 0;
  for (std::size_t i = 1; i < chunks.size(); ++i) rows += chunks[i].rows;  // the first one's time began before its commit
  if (micros <= 0 || rows == 0) return std::nullopt;
  return static_cast<double>(rows) * 1e6 / static_cast<double>(micros);
}

std::optional<double> estimated_seconds(const journal::Reader& journal, const std::string& conversion, const std::string& work, std::uint64_t rows) {
  // By kinship, then by run: the newest is the last.
  std::map<std::pair<bool, journal::Run>, std::vector<journal::UnitInfo>> runs;
  for (auto& unit : journal.units(journal::UnitState::committed)) {
    if (unit.name == conversion) runs[{unit.work == work, unit.run}].push_back(std::move(unit));
  }
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    std::vector<ChunkPoint> points;
    for (const auto& unit : run->second) {
      const auto record = journal.event(unit.intent);
      const auto event = record ? journal::decode(*record) : journal::Event{};
      if (const auto* chunk = std::get_if<journal::ChunkIntended>(&event)) points.push_back({unit.committed_at, chunk->rows});
    }
    if (const auto per_second = rate(points)) return static_cast<double>(rows) / *per_second;
  }
  return std::nullopt;
}

}  // namespace tidemark::engine::rollback
