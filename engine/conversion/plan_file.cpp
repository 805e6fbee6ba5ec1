#include "engine/conversion/plan_file.h"

#include "engine/errors.h"

namespace tidemark::engine::conversion {
namespace {

constexpr std::string_view kSeal = "  seal ", kSource = " source ", kOutcome = " outcome ", kKey = "; profile ", kHash = "  hash      ";

/// What stands between `before` and `after`, which is cut off `text`.
bool take(std::string_view& text, std::string_view after, std::string& part) {
  const auto end = text.find(after);
  if (end == std::string_view::npos) return false;
  part = text.substr(0, end);
  text.remove_prefix(end + after.size());
  return true;
}

}  // namespace

std::string outcome_of(const Planned& planned) {
  if (const auto* skipped = std::get_if<journal::SubjectSkipped>(&planned.event)) return "skipped, " + skipped->reason;
  if (const auto* refused = std::get_if<journal::SubjectRefused>(&planned.event)) return "refused, " + refused->reason;
  return "converted, " + std::to_string(planned.links.size()) + (planned.links.size() == 1 ? " link" : " links");
}

std::string seal_line(const Planned& planned, const std::string& shown) {
  return std::string(kSeal) + journal::hex(planned.seal) + std::string(kSource) + journal::hex(planned.source) + std::string(kOutcome) + outcome_of(planned) + std::string(kKey) + shown + "\n";
}

std::string hash_line(const Digest& hash) { return std::string(kHash) + journal::hex(hash) + "\n"; }

PlanFile read_plan_file(std::istream& in, const std::string& name) {
  PlanFile file;
  bool whole = false;
  for (std::string line; std::getline(in, line);) {
    std::string_view text = line;
    if (text.starts_with(kSeal)) {
      text.remove_prefix(kSeal.size());
      Reviewed reviewed;
      std::string seal;
      if (!take(text, kSource, seal) || !take(text, kOutcome, reviewed.source) || !take(text, kKey, reviewed.outcome)) break;
      const auto digest = journal::parse_digest(seal);
      if (!digest) break;
      reviewed.seal = *digest;
      file.profiles[std::string(text)] = std::move(reviewed);
    } else if (text.starts_with(kHash)) {
      const auto digest = journal::parse_digest(text.substr(kHash.size()));
      if (!digest) break;
      file.hash = *digest;
      whole = true;
    }
  }
  if (whole) return file;
  throw Failure(ExitCode::failed, "reading the plan", name, "it has no hash at its end: it is no plan, or was cut", "Nothing was written.", "tidemark plan --out " + name);
}

void PlanComparison::take(const Planned& planned, const std::string& shown) {
  const auto found = file_.profiles.find(shown);
  if (found == file_.profiles.end()) {
    changes_.push_back({shown, "", outcome_of(planned), false});
    return;
  }
  if (found->second.seal != planned.seal) changes_.push_back({shown, found->second.outcome, outcome_of(planned), found->second.source != journal::hex(planned.source)});
  file_.profiles.erase(found);
}

std::vector<PlanChange> PlanComparison::changes() {
  for (auto& [key, reviewed] : file_.profiles) changes_.push_back({key, reviewed.outcome, "", false});
  file_.profiles.clear();
  return std::move(changes_);
}

}  // namespace tidemark::engine::conversion
