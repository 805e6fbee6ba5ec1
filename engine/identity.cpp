#include "engine/identity.h"

namespace tidemark::engine {
namespace {
constexpr const char* kSafe = "Nothing was written.";
}

void check_identity(const journal::Reader& journal, const Identity& target, const std::string& name, bool reconciles, bool new_home) {
  const auto opened = journal.opened();
  const auto home = journal.home();
  if (target.tidemark && target.tidemark->is_nil()) return;  // there, but this role may not read it: nothing to compare
  if (target.tidemark && *target.tidemark != opened.tidemark) {
    throw Failure(ExitCode::journal, "opening the journal", name,
                  "the journal is the record of another target (database " + opened.database + ", tidemark id " + to_string(opened.tidemark) +
                      "; here " + to_string(*target.tidemark) + ")",
                  kSafe, "name this target's own journal with --journal FILE");
  }
  const bool elsewhere = !target.system.empty() && !home.system.empty() && target.system != home.system;
  if (target.tidemark && elsewhere && !new_home) {
    throw Failure(ExitCode::behind, "opening the journal", name,
                  "same tidemark id, other server: the journal's target is on system " + home.system + ", this is " + target.system +
                      " (restored elsewhere, promoted or cloned)",
                  kSafe, "connect to the server of the journal; if the target lives here from now on: tidemark reconcile --new-home --dry-run");
  }
  if (!target.tidemark && (elsewhere || target.database != home.database)) {
    throw Failure(ExitCode::journal, "opening the journal", name,
                  "the journal is the record of database " + home.database + " on system " + home.system, kSafe,
                  "name this target's own journal with --journal FILE");
  }
  if (!target.tidemark && journal.receipts().count > 0 && !reconciles) {
    throw Failure(ExitCode::behind, "comparing journal and target", name,
                  "the schema tidemark is gone, but the journal knows " + std::to_string(journal.receipts().count) +
                      " units that committed: the target was restored to a time before them",
                  "Nothing was written; the journal keeps everything that was done.", "tidemark reconcile --dry-run, then tidemark reconcile");
  }
}

void refuse_foreign_target(const Lease& lease, const StartRequest& request, const std::string& name) {
  if (!lease.journal || request.adopt_target) return;
  throw Failure(ExitCode::journal, "making a journal at " + request.journal_path, name,
                "the target names a journal already: " + to_string(*lease.journal) + " at " + lease.host + ":" + lease.path + " (last run #" +
                    std::to_string(lease.run) + " by " + lease.user + ")",
                std::string(kSafe) + " With an empty journal, what the other one wrote could not be told from users' own rows.",
                "use that journal with --journal FILE on that host; --adopt-target only to begin anew on purpose");
}

}  // namespace tidemark::engine
