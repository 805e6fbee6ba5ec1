#pragma once
/// The lines of a plan file that a program reads again: what was reviewed, profile by profile.

#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/conversion/dry_run.h"

namespace tidemark::engine::conversion {

/// "converted, 3 links", "skipped, empty", "refused, target".
std::string outcome_of(const Planned& planned);

/// One line, with its line feed. @param shown  the key as it is printed: without line feeds
std::string seal_line(const Planned& planned, const std::string& shown);
/// The last line of a plan file.
std::string hash_line(const Digest& hash);

struct Reviewed {
  Digest seal{};
  std::string source;   ///< hex of the source's digest
  std::string outcome;
};
struct PlanFile {
  Digest hash{};
  std::map<std::string, Reviewed> profiles;  ///< by the key as it was printed
};
/// @throws Failure failed: it is no plan file, or it was cut before its hash
PlanFile read_plan_file(std::istream& in, const std::string& name);

/// A profile that would come out differently than when it was reviewed.
struct PlanChange {
  std::string key, then, now;  ///< outcomes; then empty: it wasn't in the plan; now empty: nothing is to do any more
  bool source_changed = false; ///< else its links do, for what is there already or by another mapping
};
/// Takes what is planned now, one by one; what of the file nobody named is gone.
class PlanComparison {
 public:
  explicit PlanComparison(PlanFile file) : file_(std::move(file)) {}
  void take(const Planned& planned, const std::string& shown);
  /// To be asked once, at the end.
  std::vector<PlanChange> changes();

 private:
  PlanFile file_;
  std::vector<PlanChange> changes_;
};

}  // namespace tidemark::engine::conversion
