#include "engine/runbook/gate.h"

#include <algorithm>

namespace tidemark::engine::runbook {

Move judge(const std::vector<Criterion>& criteria, bool decision_point, const Means& means) {
  const auto any = [&](const char* verdict) { return std::any_of(criteria.begin(), criteria.end(), [&](const auto& c) { return c.verdict == verdict; }); };
  if (any("not_met")) return Move::refuse;
  if (means.plan_as_expected == false) return Move::want;
  if (any("wanted")) return means.terminal ? Move::ask : Move::want;
  if (!any("unknown") && !decision_point) return Move::pass;
  const bool reviewed = means.plan_as_expected == true && !any("unknown");
  if (means.yes || reviewed) return Move::approve;
  return means.terminal ? Move::ask : Move::want;
}

std::map<std::string, std::int64_t> not_accepted(const journal::Tally& tally, const std::set<std::string>& accepted) {
  static constexpr std::string_view kPrefix = "rejected.";
  std::map<std::string, std::int64_t> left;
  for (const auto& [name, n] : tally) {
    if (n != 0 && name.starts_with(kPrefix) && !accepted.contains(name.substr(kPrefix.size()))) left[name.substr(kPrefix.size())] = n;
  }
  return left;
}

}  // namespace tidemark::engine::runbook
