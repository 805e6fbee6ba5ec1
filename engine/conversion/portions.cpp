#include "engine/conversion/portions.h"

#include <algorithm>

namespace tidemark::engine::conversion {

std::vector<Keys> portions(const SourceShape& source, const std::vector<SourceRow>& rows) {
  if (std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.withheld; })) return {};
  std::vector<Keys> all(1);
  std::uint64_t bytes = 0;
  for (const auto& row : rows) {
    const std::uint64_t own = row.bytes <= source.max_value_bytes ? row.bytes : 0;  // a longer one isn't fetched
    if (bytes + own > source.max_bytes_at_once) {
      all.emplace_back();
      bytes = 0;
    }
    bytes += own;
    all.back().push_back(row.key);
  }
  return all;
}

}  // namespace tidemark::engine::conversion
