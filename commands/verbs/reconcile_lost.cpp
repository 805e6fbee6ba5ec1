#include "commands/verbs/reconcile_lost.h"

#include <filesystem>

#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/receipts.h"
#include "engine/schema/orphans.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Lease;
using engine::Receipt;

constexpr std::size_t kShown = 20;

bool knows(const journal::Reader& journal, const Receipt& receipt) {
  const auto unit = journal.unit(receipt.unit);
  return unit && unit->intent_chain == receipt.chain;
}

/// Has the target seen more of the journal than stands in this file?
bool behind(const journal::Reader& journal, const Lease& lease) {
  if (lease.head_seq == 0) return false;
  const auto event = journal.event(lease.head_seq);
  return !event || (lease.head_chain && event->chain != *lease.head_chain);
}

/// Is this file the journal that the target names, with all that the target has seen?
bool complete(const std::string& path, engine::Session& session, const Lease& lease) {
  if (!std::filesystem::exists(path)) return false;
  try {
    const journal::Reader copy(path);
    if (copy.opened().journal != lease.journal || behind(copy, lease)) return false;
    bool all = true;
    session.for_each_receipt(*lease.journal, [&](const Receipt& receipt) { all = all && (!receipt.committed || knows(copy, receipt)); });
    return all;
  } catch (const journal::JournalError&) {
    return false;  // no help
  }
}

std::string shell(const std::string& path) {
  std::string text = "'";
  for (const char c : path) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

Json json_of(const std::vector<engine::schema::Orphan>& orphans) {
  Json list = Json::array();
  for (const auto& o : orphans) {
    list.push(Json::object({{"unit", to_string(o.receipt.unit)}, {"work", o.receipt.work}, {"committed_at", to_string(o.receipt.at)}, {"intent", o.receipt.seq}, {"rows", o.rows},
                            {"migration", o.migration.empty() ? Json() : Json(o.migration)}}));
  }
  return list;
}

}  // namespace

std::optional<int> tell_lost(Door& door, engine::Session& session, const engine::Identity& target, const journal::Reader* journal) {
  if (!target.tidemark || target.tidemark->is_nil()) return std::nullopt;
  const Lease lease = session.read_lease();
  if (!lease.journal) return std::nullopt;
  const auto path = door.journal_path(target);
  const std::string names = to_string(*lease.journal) + " at " + lease.host + ":" + lease.path + " (last run #" + std::to_string(lease.run) + " by " + lease.user + ")";
  if (journal && *lease.journal != journal->opened().journal) {
    throw engine::Failure(ExitCode::journal, "reconciling", door.connection().display, "the target names another journal, " + names, "Nothing was written.", "use that journal with --journal FILE on that host");
  }
  const auto orphans = engine::schema::find_orphans(session, *lease.journal, door.conversion().tables().target,
                                                    [&](const Receipt& receipt) { return journal && knows(*journal, receipt); });
  const bool short_of = journal && behind(*journal, lease);
  if (journal && orphans.empty() && !short_of) return std::nullopt;

  const auto copy = door.journal_copy(path);
  std::vector<std::string> next;
  if (complete(copy, session, lease)) {
    // The old file, if there is one, is kept: it may be evidence.
    if (journal) next.push_back("mv " + shell(path) + " " + shell(path + ".behind") + "; rm -f " + shell(path + "-wal") + " " + shell(path + "-shm"));
    next.push_back("cp " + shell(copy) + " " + shell(path));
    next.push_back("tidemark audit verify");
  }
  const std::string state = journal ? "journal_behind" : "journal_lost";
  if (door.globals.json) {
    Json commands = Json::array();
    for (const auto& command : next) commands.push(command);
    print(Json::object({{"state", state}, {"journal", to_string(*lease.journal)}, {"host", lease.host}, {"path", lease.path}, {"seen", lease.head_seq},
                        {"here", journal ? Json(journal->head_seq()) : Json()}, {"receipts", json_of(orphans)}, {"next", std::move(commands)}}));
    return static_cast<int>(ExitCode::journal);
  }
  line(journal ? "the journal here is behind the target: it ends at event #" + std::to_string(journal->head_seq()) + ", the target has seen #" + std::to_string(lease.head_seq) + " of it"
               : "the journal is not here: the target names " + printable(names) + ", and has seen " + std::to_string(lease.head_seq) + " events of it");
  line("  receipts  " + amount(orphans.size(), "unit") + " committed here without an event at hand" + (orphans.empty() ? "" : ":"));
  for (std::size_t i = 0; i < orphans.size() && i < kShown; ++i) {
    const auto& o = orphans[i];
    line("  unit      " + to_string(o.receipt.unit) + "  " + printable(o.receipt.work) + (o.migration.empty() ? "" : " of " + printable(o.migration)) + "  committed " + to_string(o.receipt.at) + ", intent #" +
         std::to_string(o.receipt.seq) + (o.rows > 0 ? ", " + amount(o.rows, "row") + " stand as it wrote them" : ""));
  }
  if (orphans.size() > kShown) line("  …         and " + grouped(static_cast<std::int64_t>(orphans.size() - kShown)) + " more; --json lists them all");
  line("  lost      which profiles they were and the rows before and after: without the events these rows can't be told from users' own, and can't be undone");
  if (!next.empty()) line("  copy      " + printable(copy) + " has all of them");
  for (const auto& command : next) line("  next      " + printable(command));
  if (next.empty()) {
    line("  next      look for the file on " + printable(lease.host) + ", its .copy, or one by tidemark journal backup, and put it at " + printable(path) + "; then tidemark audit verify");
    line("            none left: tidemark --journal NEWFILE convert --adopt-target begins anew on purpose; rows that are there count as users' own from then on");
  }
  return static_cast<int>(ExitCode::journal);
}

}  // namespace tidemark::commands
