#include "engine/report/commands.h"

#include <chrono>

#include "engine/report/escape.h"
#include "engine/report/words.h"

namespace tidemark::engine::report {

journal::UtcMicros month_after(journal::UtcMicros at) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds(at.value)};
  const auto midnight = floor<days>(time);
  auto date = year_month_day(midnight) + months(1);
  if (!date.ok()) date = date.year() / date.month() / last;
  return {duration_cast<microseconds>((sys_days(date) + (time - midnight)).time_since_epoch()).count()};
}

std::vector<Command> rollback_commands(const journal::Reader& journal, const Facts& facts, const Work& work, const std::string& journal_path) {
  std::vector<Command> out;
  const auto tidemark = "tidemark --journal " + shell(journal_path) + " ";
  out.push_back({"One profile", tidemark + "rollback --profile " + (facts.top.empty() ? "ID" : shell(facts.top.front().subject)) + " --dry-run",
                 "Says what would be removed; with --yes instead it is. The id here is an example: put the profile's own. --profiles-from FILE takes many, one a line."});
  for (const auto& stretch : work.stretches) {
    if (stretch.rows == 0 || work.stretches.size() - static_cast<std::size_t>(&stretch - work.stretches.data()) > 3) continue;
    out.push_back({"What run " + std::to_string(stretch.run) + " converted", tidemark + "rollback --run " + std::to_string(stretch.run) + " --yes",
                   "Removes what is still there of the " + count(stretch.rows, "link", "links") + " of " + count(stretch.subjects, "profile", "profiles") + " that it wrote."});
  }
  out.push_back({"The whole data migration", tidemark + "rollback --all --yes",
                 "Removes the " + count(facts.rows, "link", "links") + " that Tidemark wrote, where they are still as it left them. Links that users made or edited stay, and are listed."});
  const auto migrations = journal.migrations();
  for (const auto& migration : migrations) {
    if (!migration.applied) continue;
    out.push_back({"The schema", tidemark + "rollback --to start --yes", "After the rows: undoes the migrations by their down.sql, the newest first. --to MIGRATION keeps that one and those before it."});
    break;
  }
  using enum journal::SubjectStatus;
  if (facts.states.contains(reverted) || facts.states.contains(partly_reverted)) {
    out.push_back({"Bring back what was rolled back", tidemark + "redo --all --yes", "The same rows with the same ids and times, from the journal."});
  }
  return out;
}

std::vector<Task> tasks_of(const conversion::Tables& tables, const Work& work, const journal::Reader& journal, const std::string& journal_path) {
  std::optional<journal::UtcMicros> day, week, month;
  if (!work.stretches.empty()) {
    journal::Filter last;
    last.run = work.stretches.back().run;
    last.newest_first = true;
    last.limit = 1;
    journal.for_each(last, [&](const journal::Record& record) {
      constexpr std::int64_t kDay = 86'400'000'000;
      day = journal::UtcMicros{record.at.value + kDay};
      week = journal::UtcMicros{record.at.value + 7 * kDay};
      month = month_after(record.at);
      return true;
    });
  }
  const auto tidemark = "tidemark --journal " + shell(journal_path) + " ";
  const auto psql = [](const std::string& sql) { return "psql \"$DATABASE_URL\" -c " + shell(sql); };
  return {
      {"Within 24 hours", day, "Check once more that everything is there", {tidemark + "verify", tidemark + "audit verify"}},
      {"Within 24 hours", day, "Update the monitoring dashboards with the new metrics", {}},
      {"Within 24 hours", day, "Document the issues that were met", {tidemark + "note 'what happened, and what was done'"}},
      {"Within 24 hours", day, "Send this report to the stakeholders", {tidemark + "report"}},
      {"Within 24 hours", day, "Archive the journal and the logs: the journal is the undo", {tidemark + "journal backup FILE"}},
      {"Within a week", week, "Review the application's performance over seven days",
       {tidemark + "monitor --for 15m --compare " + (work.stretches.empty() ? "RUN" : std::to_string(work.stretches.back().run))}},
      {"Within a week", week, "Collect users' feedback on the profile features", {}},
      {"Within a week", week, "Look whether the new table's indexes are used, and how it grows",
       {psql("SELECT indexrelname, idx_scan, pg_size_pretty(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes WHERE relname = '" + tables.target + "'")}},
      {"Within a week", week, "Plan when " + tables.source + "." + tables.value + " goes: see what was edited there since", {tidemark + "verify"}},
      {"Within a month", month, "See that regular backups hold " + tables.target, {"pg_restore --list BACKUP | grep " + shell("TABLE DATA .* " + tables.target)}},
      {"Within a month", month, "Update the documentation of the profile features", {}},
      {"Within a month", month, "Train the support team on the new structure: one profile's history as an example", {tidemark + "audit show --profile ID"}},
  };
}

}  // namespace tidemark::engine::report
