#include "commands/combinations.h"

#include <algorithm>
#include <utility>

namespace tidemark::commands {
namespace {

constexpr const char* kScopes =
    ", there is no default:\n"
    "  --profile ID         these profiles' rows (may be repeated)\n"
    "  --profiles-from FILE the same, one id a line; - reads standard input\n"
    "  --user ID            of these users' profiles (may be repeated)\n"
    "  --where SQL          for which a condition on the source table holds\n"
    "  --run N, --since WHEN, --until WHEN   by when it was done\n";
constexpr const char* kUndoScopes =
    "  --rejected REASON    with an entry that was rejected for this reason\n"
    "  --all                every row that Tidemark wrote\n"
    "  --to MIGRATION       the schema: keeps that migration and undoes what came after it";
constexpr const char* kRedoScopes = "  --all                all that was rolled back";

bool has_empty(const std::vector<std::string>& ids) {
  return std::any_of(ids.begin(), ids.end(), [](const std::string& id) { return id.empty(); });
}

std::string check_scope(RowScope& s) {
  if (has_empty(s.profiles)) return "--profile wants an id, not an empty text";
  if (has_empty(s.users)) return "--user wants an id, not an empty text";
  if (!s.profiles.empty() && !s.profiles_from.empty()) return "give all ids with --profile, or all in the file of --profiles-from";
  const bool all = std::exchange(s.all, false);
  s.all = all && !s.any();
  return {};
}
std::string check(Rollback& r) {
  if (!r.any() && r.to.empty()) return std::string("say what to roll back") + kScopes + kUndoScopes;
  if (r.any() && !r.to.empty()) return "--to rolls the schema back, the other scopes roll rows back: run the two one after the other, rows first";
  return check_scope(r);
}
std::string check(Redo& r) {
  if (!r.any()) return std::string("say what to bring back") + kScopes + kRedoScopes;
  return check_scope(r);
}
std::string check(Convert& c) {
  if (has_empty(c.profiles)) return "--profile wants an id, not an empty text";
  if (!c.profiles.empty() && !(c.plan.empty() && c.expect_plan.empty())) return "a plan is of all profiles: give --plan or --expect-plan without --profile";
  if (c.again && c.profiles.empty()) return "--again converts anew what was rolled back: name the profiles with --profile ID";
  return {};
}
std::string check(Status& s) {
  if (s.watch && (s.details || s.exit_code)) return "--watch follows a run: ask for --details or --exit-code without it";
  return {};
}
std::string check(AuditLog& a) {
  if (a.follow && (!a.until.empty() || a.limit > 0 || a.newest_first)) return "--follow goes on to the run's end: it takes no --until, --limit or --newest-first";
  return {};
}
std::string check(JournalArchive& a) { return a.directory.empty() ? "where to? tidemark journal archive DIR" : ""; }
std::string check(JournalErase& e) { return e.profile.empty() ? "whose data? Name the profile with --profile ID" : ""; }
std::string check(Runbook& r) {
  if (!r.only.empty() && !r.restart.empty()) return "--restart begins at the first phase: run it without --only";
  return {};
}
std::string check(AuditShow& a) { return a.profile.empty() ? "whose life? Name the profile with --profile ID" : ""; }
std::string check(AuditReplay& a) {
  if (!a.into.empty() && !a.profiles.empty()) return "--into does the whole journal again: ask for --profile without it, or query the scratch database";
  if (a.into.empty() && !a.backup.empty()) return "where is the backup to be restored? Name a scratch database with --into URL";
  return has_empty(a.profiles) ? "--profile wants an id, not an empty text" : "";
}
std::string check(AuditDiff& a) { return has_empty(a.profiles) ? "--profile wants an id, not an empty text" : ""; }
std::string check(Monitor& m) {
  if (m.baseline && !m.compare.empty()) return "--baseline is what others are compared with: leave out --compare";
  if (m.baseline && (m.auto_rollback || m.stop_at_breach)) return "--baseline judges nothing: there is no breach to act on";
  return {};
}
std::string check(Resolve& r) {
  if (r.applied && r.rolled_back) return "--applied and --rolled-back contradict each other";
  if ((r.applied || r.rolled_back) && r.name.empty()) return "whose? Name the migration: tidemark resolve MIGRATION --applied";
  return {};
}
std::string check(Note& n) { return n.text.empty() ? "what is to be noted? tidemark note \"TEXT\"" : ""; }
std::string check(JournalBackup& b) { return b.file.empty() ? "where to? tidemark journal backup FILE" : ""; }
template <class Other>
std::string check(Other&) { return {}; }

}  // namespace

std::string contradiction(Command& command) {
  return std::visit([](auto& options) { return check(options); }, command);
}

}  // namespace tidemark::commands
