#include "commands/verbs/data_steps.h"
#include "commands/verbs/restore.h"
#include "commands/verbs/status_watch.h"
#include "commands/verbs/tell.h"
#include "engine/postgres/table_count.h"
#include "commands/verbs/scratch.h"
#include "engine/report/live.h"
#include "engine/schema/drift.h"
#include "engine/schema/status.h"

namespace tidemark::commands {
namespace {

struct Where {
  engine::schema::SchemaStatus schema;
  engine::schema::Drift drift;
  journal::Tally tally;          ///< of the conversion
  bool estimated = false;        ///< `total` is the planner's
  std::optional<std::uint64_t> total;  ///< nullopt: the source table doesn't exist
  std::vector<HistoryEntry> history;  ///< migrations and data steps in one sequence
  bool data_steps = false;            ///< there are any
  std::uint64_t in_doubt = 0;
  /// The first that isn't done.
  const HistoryEntry* open_step() const {
    for (const auto& entry : history) {
      if (entry.state == "to_do" || entry.state == "pending") return &entry;
    }
    return nullptr;
  }
  std::optional<journal::RunInfo> last;
  std::optional<engine::Lease> lease;
  std::int64_t pending() const {
    std::int64_t known = 0;
    for (const auto* name : {"converted", "skipped", "refused", "reverted", "partly_reverted"}) known += count_of(tally, name);
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(total.value_or(0)) - known);
  }
  std::optional<BackupRecorded> backup;            ///< the youngest on disk
  std::optional<journal::TargetRestored> restore;  ///< begun, and not at its end
};

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

Json counts(const Counts& list, const char* what) {
  Json json = Json::array();
  for (const auto& [name, count] : list) json.push(Json::object({{what, name}, {"links", count}}));
  return json;
}

/// The runbook's appendix C.
Json details_json(const engine::report::AppendixC& details) {
  Json migrations = Json::array(), by_count = Json::array();
  const auto time = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  for (const auto& m : details.migrations) migrations.push(Json::object({{"name", m.name}, {"finished_at", time(m.finished_at)}, {"rolled_back_at", time(m.rolled_back_at)}}));
  for (const auto& [links, profiles] : details.by_count) by_count.push(Json::object({{"links", links}, {"profiles", profiles}}));
  return Json::object({{"last_migrations", std::move(migrations)}, {"profiles_by_links", std::move(by_count)}, {"most_links", counts(details.top, "user")},
                       {"types", counts(details.by_category, "type")}});
}

void print_details(const engine::report::AppendixC& details) {
  const auto table = [](const char* title, std::size_t rows) { line(std::string(title) + (rows == 0 ? "  none" : "")); };
  const auto row = [](const std::string& left, std::uint64_t right, std::size_t width) {
    const auto number = grouped(static_cast<std::int64_t>(right));
    line("  " + left + std::string(left.size() < width ? width - left.size() : 0, ' ') + std::string(number.size() < 12 ? 12 - number.size() : 1, ' ') + number);
  };
  table("last migrations, by finished_at", details.migrations.size());
  for (const auto& m : details.migrations) {
    line("  " + printable(m.name) + "  " + (m.finished_at.empty() ? "unfinished" : m.finished_at) + (m.rolled_back_at.empty() ? "" : ", rolled back " + m.rolled_back_at));
  }
  table("profiles by number of links", details.by_count.size());
  for (const auto& [links, profiles] : details.by_count) row(grouped(static_cast<std::int64_t>(links)) + (links == 1 ? " link" : " links"), profiles, 14);
  table("users with most links", details.top.size());
  for (const auto& [user, links] : details.top) row(printable(user), links, 36);
  table("types of links", details.by_category.size());
  for (const auto& [type, links] : details.by_category) row(printable(type), links, 14);
}

Json names(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const auto& name : list) json.push(name);
  return json;
}

void print_json(const Where& where, const std::string& conversion, const std::optional<engine::report::AppendixC>& details) {
  Json schema = Json::object({{"applied", names(where.schema.applied)}, {"pending", names(where.schema.pending)}, {"failed", names(where.schema.failed)},
                              {"rolled_back", names(where.schema.rolled_back)}, {"unknown", names(where.schema.unknown)}, {"changed", names(where.schema.changed)},
                              {"lost", names(where.schema.lost)}, {"drift", names(where.drift.objects)}, {"drift_touched", names(where.drift.touched)}, {"by_others", names(where.drift.by)}, {"archived", names(where.schema.archived)}});
  Json entry = Json::object({{"name", conversion}, {"total", where.total ? Json(*where.total) : Json()}, {"total_estimated", where.estimated}, {"converted", count_of(where.tally, "converted")},
                             {"skipped", count_of(where.tally, "skipped")}, {"refused", count_of(where.tally, "refused")},
                             {"reverted", count_of(where.tally, "reverted")}, {"partly_reverted", count_of(where.tally, "partly_reverted")},
                             {"pending", where.pending()}, {"links_created", count_of(where.tally, "links")}, {"rejected", by_reason(where.tally, "rejected.")}});
  Json last;
  if (where.last) {
    last = Json::object({{"run", where.last->run}, {"verb", where.last->started.verb}, {"at", to_string(where.last->at)}, {"state", where.last->state},
                         {"exit_code", where.last->exit_code ? Json(std::uint64_t{*where.last->exit_code}) : Json()}, {"user", where.last->started.user},
                         {"host", where.last->started.host}});
  }
  Json lease;
  if (where.lease && where.lease->held) lease = Json::object({{"epoch", where.lease->epoch}, {"holder", engine::describe_holder(*where.lease)}, {"beat_age_seconds", where.lease->beat_age_s}});
  Json whole = Json::object({{"schema", std::move(schema)}, {"conversions", Json::array({std::move(entry)})}, {"history", json_of(where.history)}, {"in_doubt", where.in_doubt}, {"last_run", std::move(last)}, {"lease", std::move(lease)}});
  whole.set("backup", where.backup ? Json::object({{"path", where.backup->path}, {"taken_at", to_string(where.backup->taken_at)}, {"proof", where.backup->proof}}) : Json());
  whole.set("restore", where.restore ? Json::object({{"stage", where.restore->stage}, {"backup", where.restore->backup}, {"fresh", where.restore->fresh}, {"old", where.restore->old}}) : Json());
  if (details) whole.set("details", details_json(*details));
  print(whole);
}

void print_list(const char* title, const std::vector<std::string>& list) {
  for (std::size_t i = 0; i < list.size(); ++i) line((i == 0 ? std::string(title) : std::string(12, ' ')) + printable(list[i]));
}

void print_text(const Where& where, const std::string& conversion, const engine::conversion::Tables& words) {
  line("schema      " + std::to_string(where.schema.applied.size()) + " applied, " + std::to_string(where.schema.pending.size()) + " pending, " +
       std::to_string(where.schema.failed.size()) + " failed");
  print_list("  pending   ", where.schema.pending);
  print_list("  failed    ", where.schema.failed);
  print_list("  changed   ", where.schema.changed);
  print_list("  lost      ", where.schema.lost);
  print_list("  archived  ", where.schema.archived);
  print_list("  by others ", where.drift.by);
  print_list("  drift     ", where.drift.objects);
  if (!where.drift.touched.empty()) line("            " + std::to_string(where.drift.touched.size()) + " of these a pending migration or the conversion touches: deploy stops there");
  if (!where.schema.unknown.empty()) print_list("  no folder ", where.schema.unknown);
  for (std::size_t i = 0; where.data_steps && i < where.history.size(); ++i) {
    const auto& entry = where.history[i];
    line((i == 0 ? "history     " : "            ") + printable(entry.name) + "  " + (entry.kind == "data" ? "data step: " : "") + (entry.state == "to_do" ? "to do" : entry.state) +
         (entry.detail.empty() ? "" : ", " + entry.detail));
  }
  const auto n = [&](const char* name) { return grouped(count_of(where.tally, name)); };
  line(conversion + "  " + (where.total ? (where.estimated ? "about " : "") + grouped(static_cast<std::int64_t>(*where.total)) + " " + words.subject + "s: " : std::string("no source table; ")) + n("converted") + " converted, " +
       n("skipped") + " skipped, " + n("refused") + " refused, " + n("reverted") + " rolled back, " + n("partly_reverted") + " partly, " + (where.estimated ? "about " : "") + grouped(where.pending()) + " pending");
  const auto rows = words.row + "s";
  line("  " + rows + std::string(rows.size() < 10 ? 10 - rows.size() : 1, ' ') + n("links") + (words.writes ? " more than before" : " created and not undone"));
  if (const auto text = by_reason_text(where.tally, "rejected."); !text.empty()) line("  rejected  " + text);
  line("in doubt    " + std::to_string(where.in_doubt) + (where.in_doubt ? " units: the next writing command settles them" : ""));
  if (where.last) {
    line("last run    #" + std::to_string(where.last->run) + " " + printable(where.last->started.verb) + ", " + to_string(where.last->at) + ", by " + printable(where.last->started.user) + "@" +
         printable(where.last->started.host) + ": " + (where.last->exit_code ? printable(where.last->state) + ", exit code " + std::to_string(*where.last->exit_code) : "running, or died"));
  } else {
    line("last run    none");
  }
  line("lease       " + (where.lease && where.lease->held ? printable(engine::describe_holder(*where.lease)) : std::string("free")));
  line("backup      " + (where.backup ? printable(where.backup->path) + ", " + age_of(*where.backup) + " old, proof: " + where.backup->proof : std::string("none")));
  if (where.restore) {
    line("restore     begun and not at its end (" + where.restore->stage + "), from " + printable(where.restore->backup) + "; beside the target there may be the databases " + printable(where.restore->fresh) + " and " + printable(where.restore->old));
    line("next        tidemark restore");
    return;
  }
  if (!where.schema.failed.empty()) line("next        tidemark resolve");
  else if (const auto* open = where.data_steps ? where.open_step() : nullptr; open && open->kind == "data") {
    line("next        tidemark convert " + printable(open->name) + (where.schema.pending.empty() ? "" : "; or tidemark deploy --with-data, which goes on to the migrations behind it"));
  } else if (!where.schema.pending.empty()) line("next        tidemark deploy");
  else if (where.pending() > 0 || where.in_doubt > 0) line("next        tidemark convert");
}

}  // namespace

int run(Door& door, const Status& options) {
  if (options.watch) return watch_status(door);
  Where where;
  const auto session = door.reading().connect("status", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity, true);
  const auto& conversion = door.conversion();
  for (auto& backup : known_backups(door, identity, backup_directory(door, identity), journal.get())) {
    if (!where.backup && engine::runbook::what_is_wrong(backup, false).empty()) where.backup = std::move(backup);  // youngest first; not read through
  }
  if (journal) where.restore = open_restore(*journal);
  const auto folders = door.migrations();
  const auto history = engine::schema::read_history(*session);
  where.schema = engine::schema::compare(history, folders, journal.get());
  const auto steps = data_steps(door);
  where.data_steps = !steps.empty();
  where.history = history_of(*session, folders, where.schema.applied, where.schema.failed, steps, journal.get());
  if (journal) where.drift = engine::schema::find_drift(*session, *journal, history, folders, needed_of(door));
  if (const auto schema = session->schema_of(conversion.tables().source)) {
    const auto count = engine::postgres::count_or_estimate(*session, *schema, conversion.tables().source);
    where.total = count.rows;
    where.estimated = count.estimated;
  }
  if (journal) {
    where.tally = journal->counters(conversion.name());
    where.in_doubt = journal->units(journal::UnitState::in_doubt).size();
    where.last = journal->last_run();
  }
  if (journal && !identity.tidemark && journal->receipts().count > 0) {
    door.console().say(engine::Observer::Level::warning, "the target was restored to a time before Tidemark: it is behind its journal; next: tidemark reconcile --dry-run");
  }
  try {
    if (identity.tidemark) where.lease = session->read_lease();
  } catch (const engine::TargetError& error) {
    if (error.kind != engine::TargetError::Kind::privilege) throw;
    door.console().say(engine::Observer::Level::info, std::string("who holds the lease isn't known: ") + error.what());
  }
  std::optional<engine::report::AppendixC> details;
  if (options.details) {
    session->begin_reading();  // the four of one moment
    details = engine::report::appendix_c(*session, conversion);
    session->rollback();
  }
  if (door.globals.json) print_json(where, conversion.name(), details);
  else print_text(where, conversion.name(), conversion.tables());
  if (details && !door.globals.json) print_details(*details);
  const bool open = !where.schema.pending.empty() || !where.schema.failed.empty() || where.pending() > 0 || where.in_doubt > 0 || !where.drift.touched.empty() || where.open_step() != nullptr;
  return options.exit_code && open ? static_cast<int>(engine::ExitCode::check) : 0;
}

}  // namespace tidemark::commands
