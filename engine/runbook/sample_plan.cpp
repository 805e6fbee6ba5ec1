#include "engine/runbook/sample_plan.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace tidemark::engine::runbook {
namespace {

constexpr std::uint64_t kSmallLookup = 1000;      ///< rows; a dictionary is wanted whole
constexpr std::size_t kLongestCondition = 64 << 10;
constexpr std::uint64_t kParts = 1'000'000;

using How = SampleShare::How;

class SamplePlanner {
 public:
  SamplePlanner(const std::vector<SampleTable>& tables, const std::vector<SampleReference>& references, double percent) : tables_(tables), percent_(percent) {
    for (std::size_t at = 0; at < tables.size(); ++at) number_[tables[at].name] = at;
    for (const auto& reference : references) {
      const auto child = number_.find(reference.child), parent = number_.find(reference.parent);
      if (child != number_.end() && parent != number_.end() && child != parent) edges_.push_back({child->second, parent->second, &reference});
    }
    shares_.resize(tables.size());
  }

  std::vector<SampleShare> plan() {
    const auto roots = subjects();
    for (const auto root : roots) {
      share(root, How::hashed, [this](const std::string& t, std::size_t at) {
        return "(pg_catalog.hashtextextended(" + t + "." + tables_[at].key + "::pg_catalog.text, 0) & 9223372036854775807) % " + std::to_string(kParts) + " < " +
               std::to_string(static_cast<std::uint64_t>(std::llround(percent_ / 100 * kParts)));
      });
    }
    const auto above = reach(roots, true);
    in_order(above, [this, &above](std::size_t at) { refer(at, above); }, true);
    std::set<std::size_t> limited;
    for (const auto& [at, _] : conditions_) limited.insert(at);
    auto below = reach(limited, false);
    in_order(below, [this](std::size_t at) { follow(at); }, false);
    return shares_;
  }

 private:
  struct Edge {
    std::size_t child, parent;
    const SampleReference* reference;
  };
  using Condition = std::function<std::string(const std::string& t, std::size_t at)>;

  /// Tables of subjects that refer to no other such table, directly or not: those follow.
  std::set<std::size_t> subjects() const {
    std::set<std::size_t> all, roots;
    for (std::size_t at = 0; at < tables_.size(); ++at) {
      if (!tables_[at].key.empty()) all.insert(at);
    }
    for (const auto at : all) {
      bool refers = false;
      for (const auto above : reach({at}, true)) refers = refers || (all.contains(above) && !reach({above}, true).contains(at));
      if (!refers) roots.insert(at);
    }
    return roots;
  }

  /// Without where it began.
  std::set<std::size_t> reach(const std::set<std::size_t>& from, bool upwards) const {
    std::set<std::size_t> found = from;
    for (bool more = true; more;) {
      more = false;
      for (const auto& edge : edges_) more = (found.contains(upwards ? edge.child : edge.parent) && found.insert(upwards ? edge.parent : edge.child).second) || more;
    }
    for (const auto at : from) found.erase(at);
    return found;
  }

  /// Each after those that it depends on; where they go round in a circle, one of them first.
  void in_order(std::set<std::size_t> open, const std::function<void(std::size_t)>& visit, bool upwards) {
    while (!open.empty()) {
      auto next = *open.begin();
      for (const auto at : open) {
        bool waits = false;
        for (const auto& edge : edges_) waits = waits || ((upwards ? edge.parent : edge.child) == at && open.contains(upwards ? edge.child : edge.parent));
        if (waits) continue;
        next = at;
        break;
      }
      open.erase(next);
      visit(next);
    }
  }

  void share(std::size_t at, How how, const Condition& condition) {
    const auto text = condition("t", at);
    if (text.size() > kLongestCondition) return;  // all of it, and pruned
    shares_[at] = {how, text};
    conditions_[at] = condition;
  }

  std::string rows_of(const Edge& edge, bool parents) {
    const auto other = parents ? edge.parent : edge.child;
    const auto alias = "r" + std::to_string(other);
    std::string columns;
    for (const auto& pair : edge.reference->columns) columns += (columns.empty() ? "" : ", ") + alias + "." + (parents ? pair.parent : pair.child);
    return "(SELECT " + columns + " FROM " + tables_[other].from + " AS " + alias + " WHERE " + conditions_.at(other)(alias, other) + ")";
  }

  static std::string tuple(const Edge& edge, const std::string& t, bool child) {
    std::string columns;
    for (const auto& pair : edge.reference->columns) columns += (columns.empty() ? "" : ", ") + t + "." + (child ? pair.child : pair.parent);
    return "(" + columns + ")";
  }

  void refer(std::size_t at, const std::set<std::size_t>&) {
    if (tables_[at].rows <= kSmallLookup) return;
    std::vector<Edge> from;
    for (const auto& edge : edges_) {
      if (edge.parent == at && conditions_.contains(edge.child)) from.push_back(edge);
    }
    if (from.empty()) return;
    share(at, How::referred_to, [this, from](const std::string& t, std::size_t) {
      std::string text;
      for (const auto& edge : from) text += (text.empty() ? "" : " OR ") + tuple(edge, t, false) + " IN " + rows_of(edge, false);
      return "(" + text + ")";
    });
  }

  void follow(std::size_t at) {
    std::vector<Edge> to;
    for (const auto& edge : edges_) {
      if (edge.child == at && conditions_.contains(edge.parent)) to.push_back(edge);
    }
    if (to.empty()) return;
    share(at, How::follows, [this, to](const std::string& t, std::size_t) {
      std::string text;
      for (const auto& edge : to) {
        text += (text.empty() ? "(" : " AND (");
        for (const auto& pair : edge.reference->columns) text += t + "." + pair.child + " IS NULL OR ";
        text += tuple(edge, t, true) + " IN " + rows_of(edge, true) + ")";
      }
      return text;
    });
  }

  const std::vector<SampleTable>& tables_;
  const double percent_;
  std::map<std::string, std::size_t> number_;
  std::vector<Edge> edges_;
  std::vector<SampleShare> shares_;
  std::map<std::size_t, Condition> conditions_;
};

}  // namespace

const char* word(SampleShare::How how) {
  switch (how) {
    case How::hashed: return "sampled";
    case How::follows: return "follows";
    case How::referred_to: return "referred to";
    case How::whole: return "whole";
  }
  return "";
}

std::vector<SampleShare> plan_sample(const std::vector<SampleTable>& tables, const std::vector<SampleReference>& references, double percent) { return SamplePlanner(tables, references, percent).plan(); }

}  // namespace tidemark::engine::runbook
