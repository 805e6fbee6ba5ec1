#include "commands/verbs/backups.h"
#include "commands/verbs/door.h"
#include "commands/verbs/pacing.h"
#include "commands/verbs/plan.h"
#include "commands/verbs/tell.h"
#include "engine/conversion/binding.h"
#include "engine/conversion/pipeline.h"
#include "engine/postgres/table_count.h"

namespace tidemark::commands {
namespace {

std::string arguments_of(const Convert& options) {
  std::string text;
  for (const auto& id : options.profiles) text += (text.empty() ? "" : " ") + ("--profile " + id);
  if (options.again) text += " --again";
  if (options.retry_refused) text += " --retry-refused";
  if (options.catch_up) text += " --catch-up";
  if (options.polite) text += " --polite";
  for (const auto& [name, value] : {std::pair{" --between ", options.between}, {" --stop-at ", options.stop_at}, {" --for ", options.for_}}) {
    if (!value.empty()) text += name + value;
  }
  if (options.max_profiles > 0) text += " --max-profiles " + std::to_string(options.max_profiles);
  if (!options.plan.empty()) text += " --plan " + options.plan;
  if (!options.expect_plan.empty()) text += " --expect-plan " + options.expect_plan;
  return text;
}

std::string padded(std::string text) {
  text.resize(std::max<std::size_t>(text.size() + 1, 10), ' ');
  return text;
}

void tell(Door& door, const engine::conversion::ConvertResult& result, const std::string& state, bool part_of_deploy) {
  const auto& tally = result.tally;
  if (door.globals.json) {
    Json json = Json::object();
    json.set("run", result.run).set("state", state);
    json.set("profiles", Json::object({{"converted", count_of(tally, "converted")}, {"skipped", count_of(tally, "skipped")}, {"refused", count_of(tally, "refused")}}));
    json.set("links", Json::object({{"created", count_of(tally, "links")}, {"rejected", by_reason(tally, "rejected.")}}));
    json.set("skipped", by_reason(tally, "skipped.")).set("over_api_limit", count_of(tally, "over_api_limit"));
    json.set("reason", result.stopped ? Json(door.stop().why()) : Json());
    json.set("left", static_cast<std::uint64_t>(result.left.size())).set("seconds", result.seconds);
    print(json);
    return;
  }
  const auto name = door.conversion().name();
  const auto& words = door.conversion().tables();
  if (result.chunks == 0 && state == "done") {
    line(name + ": nothing to do");
    return;
  }
  line(name + ", run #" + std::to_string(result.run) + ": " + state + (result.stopped ? " (" + door.stop().why() + ")" : ""));
  line("  " + padded(words.subject + "s") + grouped(count_of(tally, "converted")) + " converted, " + grouped(count_of(tally, "skipped")) + " skipped, " +
       grouped(count_of(tally, "refused")) + " refused");
  if (const auto text = by_reason_text(tally, "skipped."); !text.empty()) line("  skipped   " + text);
  line("  " + padded(words.row + "s") + grouped(count_of(tally, "links")) + (words.writes ? " more than before" : " created"));
  if (const auto text = by_reason_text(tally, "rejected."); !text.empty()) line("  rejected  " + text);
  if (const auto n = count_of(tally, "over_api_limit"); n > 0) line("  warning   " + grouped(n) + " profiles have more than the API's 20 links");
  if (result.refused_now > 0) line("  refused   " + grouped(static_cast<std::int64_t>(result.refused_now)) + " " + words.subject + "s in all: tidemark audit log --kind subject_refused");
  for (std::size_t i = 0; i < result.left.size() && i < 10; ++i) line("  left      " + printable(result.left[i]) + " (its row is locked by another session)");
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f s", result.seconds);
  line(std::string("  took      ") + seconds);
  if (state == "paused") line("  next      tidemark " + std::string(part_of_deploy ? "deploy --with-data" : "convert") + "   (resumes where this stopped)");
}

}  // namespace

int run(Door& door, const Convert& options) {
  if (!options.name.empty()) door.choose(options.name);
  const auto& conversion = door.conversion();
  const auto expected = expected_plan(options.plan, options.expect_plan, options.known_plan);
  insist_on_backup(door, false);
  const auto pace = pace_of(door, options);
  Pacing pacing(door, options);
  auto run = door.begin("convert", arguments_of(options), true);
  insist_on_backup(door, true);
  engine::conversion::ConvertOptions convert;
  convert.workers = options.workers.value_or(options.polite ? 1 : door.configuration.convert.workers);
  convert.pace = pace;
  convert.subjects = options.profiles;
  convert.again = options.again;
  convert.retry_refused = options.retry_refused;
  convert.catch_up_only = options.catch_up;
  convert.accept_mapping = door.globals.accept_mapping;
  convert.wal = engine::conversion::wal_use(door.configuration.convert.wal_compression);
  convert.prove_foreign_keys = door.configuration.convert.foreign_keys == "locks";

  const auto known = run->reader().counters(conversion.name());
  const auto before = count_of(known, "converted") + count_of(known, "skipped") + count_of(known, "refused") + count_of(known, "reverted") + count_of(known, "partly_reverted");
  engine::conversion::ConvertResult result;
  door.during(*run, [&] {
    if (expected) hold_to_plan(door, *run, *expected);
    auto& session = run->connection().session();
    const auto source = engine::conversion::bind(session, conversion, true).source;
    const auto total = convert.subjects.empty() ? engine::postgres::count_or_estimate(session, source.schema, source.table)
                                                : engine::postgres::TableCount{convert.subjects.size(), false};
    convert.total = total.rows;
    convert.total_estimated = total.estimated;
    convert.done_before = convert.subjects.empty() ? static_cast<std::uint64_t>(before) : 0;
    auto& console = door.console();
    console.begin(conversion.name(), total.rows, convert.done_before, conversion.tables().row + "s");
    std::function<double(double)> by_the_clock;
    if (pace.between) by_the_clock = [&](double work) { return pace.between->until_done(door.environment().clock.utc(), work); };
    console.reckon(total.estimated, std::move(by_the_clock), [&] { return pacing.stops_in(); });
    result = engine::conversion::convert(door.environment(), *run, conversion, convert);
    pacing.write_metrics();
  });
  using engine::ExitCode;
  const ExitCode code = result.stopped || !result.left.empty() ? ExitCode::paused : result.refused_now > 0 ? ExitCode::conflicts : ExitCode::done;
  const std::string state = code == ExitCode::paused ? "paused" : "done";
  run->finish(code, result.stopped ? door.stop().why() : state);
  if (!options.part_of_deploy || !door.globals.json) tell(door, result, state, options.part_of_deploy);
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
