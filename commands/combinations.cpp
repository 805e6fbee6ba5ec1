#include "commands/combinations.h"

#include <algorithm>

namespace tidemark::commands {
namespace {

constexpr const char* kScopes =
    "say what to roll back, there is no default:\n"
    "  --profile ID         these profiles' rows (may be repeated)\n"
    "  --profiles-from FILE the same, one id a line; - reads standard input\n"
    "  --all                every row that Tidemark wrote\n"
    "  --to MIGRATION       the schema: keeps that migration and undoes what came after it";

bool has_empty(const std::vector<std::string>& ids) {
  return std::any_of(ids.begin(), ids.end(), [](const std::string& id) { return id.empty(); });
}

std::string check(Rollback& r) {
  if (has_empty(r.profiles)) return "--profile wants an id, not an empty text";
  const bool rows = r.all || !r.profiles.empty() || !r.profiles_from.empty();
  if (!rows && r.to.empty()) return kScopes;
  if (rows && !r.to.empty()) {
    return "--to rolls the schema back, --profile, --profiles-from and --all roll rows back: run the two one after the other, rows first";
  }
  if (!r.profiles.empty() && !r.profiles_from.empty()) return "give all ids with --profile, or all in the file of --profiles-from";
  if (!r.profiles.empty() || !r.profiles_from.empty()) r.all = false;
  return {};
}
std::string check(Convert& c) {
  if (has_empty(c.profiles)) return "--profile wants an id, not an empty text";
  if (c.again && c.profiles.empty()) return "--again converts anew what was rolled back: name the profiles with --profile ID";
  return {};
}
std::string check(AuditShow& a) { return a.profile.empty() ? "whose life? Name the profile with --profile ID" : ""; }
std::string check(Note& n) { return n.text.empty() ? "what is to be noted? tidemark note \"TEXT\"" : ""; }
std::string check(JournalBackup& b) { return b.file.empty() ? "where to? tidemark journal backup FILE" : ""; }
template <class Other>
std::string check(Other&) { return {}; }

}  // namespace

std::string contradiction(Command& command) {
  return std::visit([](auto& options) { return check(options); }, command);
}

}  // namespace tidemark::commands
