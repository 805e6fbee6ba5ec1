#include "journal/ranges.h"

#include <map>
#include <set>
#include <utility>

namespace tidemark::journal {

std::vector<KeyRange> merged(const std::vector<KeyRange>& all) {
  std::set<std::pair<std::optional<std::string>, std::string>> ranges;
  for (const KeyRange& range : all) ranges.emplace(range.lo, range.hi);
  struct Ends {
    int ending = 0, beginning = 0;
    const std::string* beginning_hi = nullptr;
  };
  std::map<std::string_view, Ends> at;
  for (const auto& [lo, hi] : ranges) {
    ++at[hi].ending;
    if (!lo) continue;
    Ends& ends = at[*lo];
    ++ends.beginning;
    ends.beginning_hi = &hi;
  }
  const auto joins = [&](std::string_view key) { return at[key].ending == 1 && at[key].beginning == 1; };
  std::vector<KeyRange> out;
  for (const auto& [lo, hi] : ranges) {
    if (lo && joins(*lo)) continue;  // the range before it goes on into it
    const std::string* end = &hi;
    while (joins(*end)) end = at[*end].beginning_hi;
    out.push_back({lo, *end});
  }
  return out;
}

}  // namespace tidemark::journal
