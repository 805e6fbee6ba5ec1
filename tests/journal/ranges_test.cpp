#include "journal/ranges.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace tidemark::journal;

namespace {

std::vector<std::string> shown(const std::vector<KeyRange>& ranges) {
  std::vector<std::string> out;
  for (const KeyRange& r : ranges) out.push_back(r.lo.value_or("") + ".." + r.hi);
  std::sort(out.begin(), out.end());
  return out;
}

KeyRange range(std::optional<std::string> lo, std::string hi) { return {std::move(lo), std::move(hi)}; }

}  // namespace

TEST_CASE("ranges join where one ends as another begins") {
  using Shown = std::vector<std::string>;
  CHECK(shown(merged({})) == Shown{});
  CHECK(shown(merged({range({}, "b")})) == Shown{"..b"});
  CHECK(shown(merged({range("d", "f"), range({}, "b"), range("b", "d")})) == Shown{"..f"});
  CHECK(shown(merged({range({}, "b"), range("c", "d"), range("d", "e")})) == Shown{"..b", "c..e"});
  CHECK(shown(merged({range({}, "b"), range({}, "b")})) == Shown{"..b"});
  // Keys aren't compared, so what belongs to what is not guessed.
  CHECK(shown(merged({range({}, "b"), range("b", "c"), range("b", "d")})) == Shown{"..b", "b..c", "b..d"});
  CHECK(shown(merged({range("a", "c"), range("b", "c"), range("c", "d")})) == Shown{"a..c", "b..c", "c..d"});
}

TEST_CASE("ten thousand ranges in any order are one") {
  std::vector<KeyRange> ranges;
  for (int i = 0; i < 10000; ++i)
    ranges.push_back(range(i ? std::optional(std::to_string(i)) : std::nullopt, std::to_string(i + 1)));
  std::reverse(ranges.begin() + 100, ranges.end());
  CHECK(shown(merged(ranges)) == std::vector<std::string>{"..10000"});
  ranges.erase(ranges.begin() + 50);
  CHECK(merged(ranges).size() == 2);
}
