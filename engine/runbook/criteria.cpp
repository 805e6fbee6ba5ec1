#include "engine/runbook/criteria.h"

#include <algorithm>

namespace tidemark::engine::runbook {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::int64_t count(const journal::Tally& tally, const char* name) {
  const auto found = tally.find(name);
  return found == tally.end() ? 0 : found->second;
}

Criterion verdict(std::string name, bool met, std::string evidence) { return {std::move(name), met ? "met" : "not_met", std::move(evidence)}; }

}  // namespace

std::vector<Criterion> prerequisites_hold(const std::vector<Check>& checks) {
  std::map<Result, std::vector<std::string>> names;
  std::vector<std::string> open;
  for (const auto& check : checks) {
    names[check.result].push_back(check.name);
    if (check.result == Result::unknown && check.essential) open.push_back(check.name);
  }
  std::string evidence = std::to_string(names[Result::ok].size()) + " ok";
  if (!names[Result::warning].empty()) evidence += "; warnings: " + joined(names[Result::warning]);
  if (!names[Result::failure].empty()) evidence += "; failed: " + joined(names[Result::failure]);
  return {verdict("no prerequisite fails", names[Result::failure].empty(), evidence),
          {"everything essential is known", open.empty() ? "met" : "unknown", open.empty() ? (names[Result::unknown].empty() ? "nothing is unknown" : "unknown, but not essential: " + joined(names[Result::unknown])) : "unknown: " + joined(open)}};
}

Criterion pending_as_expected(const SchemaEvidence& schema, const std::vector<std::string>& expected) {
  const std::string name = "what is pending is what the runbook expects";
  std::vector<std::string> unexpected, missing;
  const auto in = [](const std::vector<std::string>& list, const std::string& one) { return std::find(list.begin(), list.end(), one) != list.end(); };
  if (!expected.empty()) {
    for (const auto& one : schema.pending) {
      if (!in(expected, one)) unexpected.push_back(one);
    }
    for (const auto& one : expected) {
      if (!in(schema.pending, one) && !in(schema.applied, one)) missing.push_back(one);
    }
  }
  std::string evidence = std::to_string(schema.pending.size()) + " pending";
  if (!unexpected.empty()) evidence += "; not expected: " + joined(unexpected);
  if (!missing.empty()) evidence += "; expected, and neither pending nor applied: " + joined(missing);
  if (!schema.failed.empty()) evidence += "; failed and unsettled: " + joined(schema.failed);
  return verdict(name, unexpected.empty() && missing.empty() && schema.failed.empty(), evidence);
}

Criterion all_applied(const SchemaEvidence& schema) {
  std::string evidence = std::to_string(schema.applied.size()) + " applied";
  if (!schema.pending.empty()) evidence += "; still pending: " + joined(schema.pending);
  if (!schema.failed.empty()) evidence += "; failed: " + joined(schema.failed);
  if (!schema.lost.empty()) evidence += "; applied by us, and the history doesn't say so: " + joined(schema.lost);
  return verdict("all schema migrations are applied", schema.pending.empty() && schema.failed.empty() && schema.lost.empty(), evidence);
}

Criterion nobody_refused(const DataEvidence& data, std::uint64_t max_refused) {
  const auto refused = count(data.tally, "refused");
  return verdict("no more profiles are refused than allowed", refused <= static_cast<std::int64_t>(max_refused), std::to_string(refused) + " refused, " + std::to_string(max_refused) + " allowed");
}

Criterion rejected_accepted(const DataEvidence& data, const std::set<std::string>& accepted) {
  const auto left = not_accepted(data.tally, accepted);
  std::string text, open;
  for (const auto& [name, n] : data.tally) {
    if (n != 0 && name.starts_with("rejected.")) text += (text.empty() ? "" : ", ") + name.substr(9) + " " + std::to_string(n);
  }
  for (const auto& [reason, n] : left) open += (open.empty() ? "; not accepted: " : ", ") + reason;
  return {"entries that become no link are accepted by name", left.empty() ? "met" : "wanted", text.empty() ? "none" : text + open};
}

Criterion all_converted(const DataEvidence& data) {
  const auto& t = data.tally;
  const auto done = count(t, "converted") + count(t, "skipped");
  const auto undone = count(t, "reverted") + count(t, "partly_reverted"), refused = count(t, "refused");
  const auto open = static_cast<std::int64_t>(data.sources) - done - undone - refused;
  std::string evidence = std::to_string(count(t, "converted")) + " converted, " + std::to_string(count(t, "skipped")) + " skipped of " + std::to_string(data.sources);
  if (refused > 0) evidence += "; " + std::to_string(refused) + " refused";
  if (undone > 0) evidence += "; " + std::to_string(undone) + " were rolled back and stay so until `tidemark redo`";
  if (open > 0) evidence += "; " + std::to_string(open) + " still to do";
  return verdict("every profile is converted or skipped with a reason", undone == 0 && open <= 0, evidence);
}

Criterion by_exit_code(const std::string& name, int code, const std::string& evidence) {
  return {name, code == 0 ? "met" : code == 8 ? "unknown" : "not_met", evidence.empty() ? "exit code " + std::to_string(code) : evidence};
}

std::optional<std::string> schema_before(const std::vector<std::string>& history, const std::set<std::string>& ours) {
  const auto first = std::find_if(history.begin(), history.end(), [&](const auto& name) { return ours.contains(name); });
  if (first == history.end()) return std::nullopt;
  return first == history.begin() ? "start" : *(first - 1);
}

}  // namespace tidemark::engine::runbook
