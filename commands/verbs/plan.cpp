#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "commands/verbs/data_steps.h"
#include "commands/verbs/door.h"
#include "commands/verbs/plan.h"
#include "commands/verbs/schema_preview.h"
#include "commands/verbs/tell.h"
#include "commands/version.h"
#include "engine/audit/story.h"
#include "engine/conversion/binding.h"
#include "engine/conversion/dry_run.h"
#include "engine/schema/status.h"

namespace tidemark::commands {
namespace {

/// The lines of one profile, as the runbook's step 2.2 shows them.
std::string text_of(const engine::conversion::Planned& planned, const engine::conversion::Tables& words) {
  std::string text, subject = words.subject;
  subject.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(subject.front())));
  const auto rejected = engine::audit::rejections(planned.event);
  if (const auto* converted = std::get_if<journal::SubjectConverted>(&planned.event)) {
    const auto n = planned.links.size();
    const std::string links = std::to_string(n) + (n == 1 ? " link" : " links");
    if (words.writes) text = subject + " " + printable(planned.key) + ": [DRY RUN] Would make " + std::to_string(n) + (n == 1 ? " change" : " changes") + "\n";
    else text = subject + " " + printable(planned.key) + ": Found " + links + " to migrate\n  [DRY RUN] Would create " + std::to_string(n) + " profile " + (n == 1 ? "link" : "links") + "\n";
    for (const auto& link : planned.links) text += "  - " + printable(link) + "\n";
    if (converted->over_api_limit) text += "  warning: more than the API's 20 links\n";
  } else if (const auto* skipped = std::get_if<journal::SubjectSkipped>(&planned.event)) {
    text = subject + " " + printable(planned.key) + ": Skipped, " + skipped->reason + "\n";
  } else if (const auto* refused = std::get_if<journal::SubjectRefused>(&planned.event)) {
    text = subject + " " + printable(planned.key) + ": Refused, " + refused->reason + ": " + printable(refused->message) + "\n";
  }
  if (!rejected.empty()) text += "  rejected: " + printable(rejected) + "\n";
  return text;
}

/// What is still to come, migrations and data steps in one sequence.
std::string sequence_of(const std::vector<HistoryEntry>& history, const std::string& planned) {
  std::string text;
  for (const auto& entry : history) {
    if (entry.state == "applied" || entry.state == "done") continue;
    text += "  " + std::string(entry.kind == "data" ? "data step " : "migration ") + printable(entry.name);
    if (entry.kind == "data") {
      text += (entry.detail.empty() ? "" : ": " + entry.detail) + (entry.name == planned ? "; its rows follow" : entry.state == "to_do" ? "; its rows: tidemark plan --conversion " + printable(entry.name) : "");
    }
    text += "\n";
  }
  return text.empty() ? "" : "To come, in this order (deploy stops before a data step, unless --with-data)\n" + text;
}

}  // namespace

PlanMade make_plan(Door& door, engine::Session& session, const journal::Reader* journal, const PlanWanted& wanted) {
  PlanMade made;
  made.schema = engine::schema::status(session, door.migrations(), journal);
  std::ofstream file;
  if (!wanted.file.empty()) {
    const int made_private = ::open(wanted.file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);  // it holds URLs
    if (made_private >= 0) ::close(made_private);
    file.open(wanted.file, std::ios::trunc);
    if (!file) throw engine::Failure(engine::ExitCode::failed, "writing the plan", wanted.file, "the file can't be made", "Nothing was written.", "name another file with --out");
  }
  std::uint64_t shown = 0;
  auto& result = made.result;
  result = engine::conversion::dry_run(session, door.conversion(), journal, program_version(), {}, [&](const engine::conversion::Planned& planned) {
    if (wanted.reviewed) wanted.reviewed->take(planned, printable(planned.key));
    if ((!wanted.print && !file.is_open()) || (wanted.limit > 0 && shown >= wanted.limit)) return;
    ++shown;
    const auto text = text_of(planned, door.conversion().tables());
    if (file.is_open()) file << text << engine::conversion::seal_line(planned, printable(planned.key));
    else std::fwrite(text.data(), 1, text.size(), stdout);
  });
  std::string& text = made.summary;
  text = "\nSummary [DRY RUN]: nothing was written\n";
  for (const auto& name : made.schema.pending) text += "  schema    " + printable(name) + " is pending\n";
  if (!result.target_exists) text += "  schema    the target table comes with these migrations; planned without it\n";
  auto subjects = door.conversion().tables().subject + "s";
  subjects.resize(std::max<std::size_t>(subjects.size() + 1, 10), ' ');
  text += "  " + subjects + grouped(static_cast<std::int64_t>(result.looked_at)) + " looked at, " + grouped(static_cast<std::int64_t>(result.planned)) + " to do: " +
          grouped(count_of(result.tally, "converted")) + " convert, " + grouped(count_of(result.tally, "skipped")) + " skip, " + grouped(count_of(result.tally, "refused")) + " refuse\n";
  text += (door.conversion().tables().writes ? "  changes   " : "  links     ") + grouped(static_cast<std::int64_t>(result.links)) + (door.conversion().tables().writes ? " to make\n" : " to create\n");
  if (const auto reasons = by_reason_text(result.tally, "skipped."); !reasons.empty()) text += "  skipped   " + reasons + "\n";
  if (const auto reasons = by_reason_text(result.tally, "rejected."); !reasons.empty()) text += "  rejected  " + reasons + "\n";
  if (const auto n = count_of(result.tally, "over_api_limit"); n > 0) text += "  warning   " + grouped(n) + " profiles would have more than the API's 20 links\n";
  text += engine::conversion::hash_line(result.hash);
  if (file.is_open()) {
    file << text;
    file.flush();
    if (!file) throw engine::Failure(engine::ExitCode::failed, "writing the plan", wanted.file, "the file could not be written to its end", "The target was not touched.", "name another file with --out");
  }
  return made;
}

int run(Door& door, const Plan& options) {
  const auto session = door.reading().connect("plan", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  engine::conversion::bind(*session, door.conversion(), false);  // a target that can't be planned is refused before anything is printed
  const auto migrations = plan_migrations(door, *session, engine::schema::status(*session, door.migrations(), journal.get()).pending, options.scratch_url);
  const auto schema = engine::schema::status(*session, door.migrations(), journal.get());
  const auto steps = data_steps(door);
  const auto history = history_of(*session, door.migrations(), schema.applied, schema.failed, steps, journal.get());
  if (!door.globals.json) {
    const auto text = text_of(migrations) + (steps.empty() ? "" : sequence_of(history, door.conversion().name()));
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
  const auto made = make_plan(door, *session, journal.get(), {options.out, !door.globals.json && options.out.empty(), options.limit, nullptr});
  const auto& result = made.result;
  if (door.globals.json) {
    Json pending = Json::array();
    for (const auto& name : made.schema.pending) pending.push(name);
    print(Json::object({{"hash", journal::hex(result.hash)}, {"schema", Json::object({{"pending", pending}})},
                        {"profiles", Json::object({{"looked_at", result.looked_at}, {"to_do", result.planned}, {"converted", count_of(result.tally, "converted")},
                                                   {"skipped", count_of(result.tally, "skipped")}, {"refused", count_of(result.tally, "refused")}})},
                        {"links", Json::object({{"to_create", result.links}, {"rejected", by_reason(result.tally, "rejected.")}})},
                        {"skipped", by_reason(result.tally, "skipped.")}, {"over_api_limit", count_of(result.tally, "over_api_limit")}, {"migrations", json_of(migrations)}, {"history", json_of(history)}}));
    return 0;
  }
  std::fwrite(made.summary.data(), 1, made.summary.size(), stdout);
  return 0;
}

}  // namespace tidemark::commands
