// TAP 12 to 14, as prove, node --test and vitest write it: subtests stand indented before their summary (node), or after it in braces (vitest).
#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

#include "engine/runbook/test_results.h"

namespace tidemark::engine::runbook {
namespace {

using Outcome = TestCase::Outcome;

struct Point {
  bool ok = false;
  std::uint64_t number = 0;  ///< 0: without
  std::string name, directive;
  bool opens = false;        ///< its subtests follow, in braces
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::uint64_t digits(std::string_view& text) {
  std::uint64_t value = 0;
  std::size_t n = 0;
  for (; n < text.size() && n < 15 && std::isdigit(static_cast<unsigned char>(text[n])); ++n) value = value * 10 + static_cast<std::uint64_t>(text[n] - '0');
  text.remove_prefix(n);
  return value;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '#' || text[i + 1] == '\\')) ++i;
    out += text[i];
  }
  return out;
}

/// The first `#` that isn't escaped begins the directive, or vitest's time.
std::size_t directive_at(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == '#' && (i == 0 || text[i - 1] == ' ')) return i;
  }
  return std::string_view::npos;
}

std::optional<Point> point_of(std::string_view line) {
  Point point;
  if (line.starts_with("not ok")) line.remove_prefix(6);
  else if (line.starts_with("ok")) {
    point.ok = true;
    line.remove_prefix(2);
  } else {
    return std::nullopt;
  }
  if (!line.empty() && !std::isspace(static_cast<unsigned char>(line.front()))) return std::nullopt;  // "okay, …"
  line = trimmed(line);
  if (line.ends_with('{')) {
    point.opens = true;
    line = trimmed(line.substr(0, line.size() - 1));
  }
  point.number = digits(line);
  line = trimmed(line);
  if (line.starts_with("- ")) line = trimmed(line.substr(2));
  const auto at = directive_at(line);
  if (at != std::string_view::npos) {
    const auto words = trimmed(line.substr(at + 1));
    point.directive = words.substr(0, 4);
    std::ranges::transform(point.directive, point.directive.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  }
  point.name = unescaped(trimmed(line.substr(0, at)));
  return point;
}

class Tap {
 public:
  void line(std::string_view text) {
    const auto indent = std::min(text.find_first_not_of(' '), text.size());
    const auto body = trimmed(text);
    if (yaml_) {
      if (body == "..." && indent == *yaml_) yaml_.reset();
      return;
    }
    if (body == "---") {
      yaml_ = indent;
    } else if (body.starts_with("# Subtest: ")) {
      names_[indent] = unescaped(body.substr(11));
    } else if (body.starts_with("Bail out!")) {
      wrong(std::string(body.substr(0, 200)));
    } else if (body == "}") {
      close(indent);
    } else if (body.starts_with("1..")) {
      plan(indent, body.substr(3));
    } else if (body == "ok" && complete(indent)) {  // prove's own word of a file
    } else if (const auto point = point_of(body)) {
      take(indent, *point);
    }
  }
  TestResults end() {
    finish(0);
    if (!any_) wrong("there is no TAP in the output");
    return std::move(results_);
  }

 private:
  struct Level {
    std::optional<std::uint64_t> planned;
    std::uint64_t points = 0;
    std::size_t first_case = 0;      ///< of this level and those below
    std::optional<Point> summary;    ///< of the level below, in braces
    std::size_t summary_from = 0;
  };

  void wrong(const std::string& what) {
    if (results_.problem.empty()) results_.problem = what;
  }
  /// Levels at this indentation and deeper are over.
  void finish(std::size_t indent) {
    for (auto at = levels_.lower_bound(indent); at != levels_.end(); at = levels_.erase(at)) over(at->second);
  }
  void over(const Level& level) {
    if (!level.planned) wrong("cut short: " + std::to_string(level.points) + " tests without a plan");
    else if (*level.planned != level.points) wrong(std::to_string(*level.planned) + " tests were planned, and " + std::to_string(level.points) + " ran");
    if (level.summary) wrong("cut short: the subtests of \"" + level.summary->name + "\" have no end");
  }
  Level& level(std::size_t indent) {
    any_ = true;
    return levels_.try_emplace(indent, Level{{}, 0, results_.cases.size(), {}, 0}).first->second;
  }
  /// Several files one after the other, as prove runs them: each has a plan of its own.
  Level& anew(std::size_t indent) {
    finish(indent);
    return level(indent);
  }
  bool complete(std::size_t indent) const {
    const auto at = levels_.find(indent);
    return at != levels_.end() && at->second.planned == at->second.points;
  }
  void plan(std::size_t indent, std::string_view number) {
    auto* at = &level(indent);
    if (at->planned) at = &anew(indent);
    at->planned = digits(number);
  }
  void take(std::size_t indent, const Point& point) {
    const auto below = levels_.upper_bound(indent);
    const bool sums_up = below != levels_.end();
    const auto from = sums_up ? below->second.first_case : results_.cases.size();
    if (sums_up) finish(indent + 1);
    auto* at = &level(indent);
    if (complete(indent)) at = &anew(indent);
    at->first_case = std::min(at->first_case, from);
    ++at->points;
    if (point.opens) {
      at->summary = point;
      at->summary_from = results_.cases.size();
    } else if (sums_up) {
      summed_up(indent, point, from);
    } else {
      add(indent, point);
    }
  }
  void close(std::size_t indent) {
    const auto at = levels_.find(indent);
    if (at == levels_.end() || !at->second.summary) return;
    finish(indent + 1);
    const auto point = *std::exchange(at->second.summary, std::nullopt);
    summed_up(indent, point, at->second.summary_from);
  }
  /// Of subtests only they are counted; but one that failed without any of them (its set-up, say) is a failure.
  void summed_up(std::size_t indent, const Point& point, std::size_t from) {
    const bool told = std::any_of(results_.cases.begin() + static_cast<std::ptrdiff_t>(from), results_.cases.end(), [](const auto& one) { return one.outcome == Outcome::failed; });
    if (!point.ok && !told) add(indent, point);
  }
  void add(std::size_t indent, const Point& point) {
    const bool set_aside = point.directive == "SKIP" || point.directive == "TODO";
    const auto outcome = set_aside ? Outcome::skipped : point.ok ? Outcome::passed : Outcome::failed;
    if (outcome == Outcome::passed && names_a_file(point.name)) return;
    std::string suite;
    for (const auto& [at, name] : names_) {
      if (at < indent) suite += (suite.empty() ? "" : " > ") + name;
    }
    results_.cases.push_back({outcome, suite, point.name.empty() ? "test " + std::to_string(point.number) : point.name});
  }

  TestResults results_;
  std::map<std::size_t, Level> levels_;
  std::map<std::size_t, std::string> names_;
  std::optional<std::size_t> yaml_;
  bool any_ = false;
};

}  // namespace

TestResults read_tap(std::string_view text) {
  Tap tap;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    tap.line(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return tap.end();
}

}  // namespace tidemark::engine::runbook
