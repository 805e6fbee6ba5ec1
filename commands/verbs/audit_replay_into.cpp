#include "commands/verbs/audit_replay_into.h"

#include "commands/terminal.h"
#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/re_execution.h"
#include "engine/audit/scratch_guard.h"
#include "engine/postgres/adapter.h"
#include "engine/runbook/restore_into.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
namespace audit = engine::audit;

constexpr std::size_t kShown = 10;

/// An engine on the scratch database: the door's own is the target's, which is not asked for anything here.
struct ScratchEngine {
  ScratchEngine(Door& door, const Connection& connection, const std::string& search_path)
      : target(engine::postgres::make_target({for_writing(connection), search_path})), ids(engine::Clock::system()),
        environment{*target, door.executor(), engine::Clock::system(), faults, door.console(), door.stop(), ids, {}, {}} {}
  std::unique_ptr<engine::Target> target;
  engine::Faults faults;
  engine::Uuid7 ids;
  engine::Environment environment;
};

Connection scratch_connection(Door& door, const std::string& url) {
  auto connection = parse_connection(url, process_environment());
  for (const auto& secret : connection.secrets) door.redactor.add(secret);
  const bool named = door.names_database();
  if (named && door.connection().display == connection.display) {
    throw engine::Failure(ExitCode::failed, "looking whether the journal can be done again there", connection.display, "it is the database that " + door.connection().source + " names", "Nothing was written.",
                          "name a database of its own with --into");
  }
  if (connection.search_path.empty() && named) connection.search_path = door.connection().search_path;
  return connection;
}

void add(Json& json, const audit::ReExecuted& done, const audit::Compared& compared) {
  Json left_out = Json::array(), not_restored = Json::array(), first = Json::array(), schema = Json::array();
  for (std::size_t i = 0; i < done.left_out.size() && i < 1000; ++i) {
    const auto& row = done.left_out[i];
    left_out.push(Json::object({{"subject", row.subject}, {"table", row.table}, {"key", row.key}, {"answer", row.answer}}));
  }
  for (const auto& row : done.not_restored) not_restored.push(row);
  for (const auto& row : compared.first) first.push(row);
  for (const auto& object : compared.schema) schema.push(object);
  json.set("units", Json::object({{"done", done.units}, {"in_backup", done.in_backup}, {"migrations", done.migrations}, {"changes", done.changes}, {"erased", done.erased}}));
  json.set("rows", Json::object({{"expected", compared.rows}, {"missing", compared.missing}, {"different", compared.different}, {"first", std::move(first)}}));
  json.set("schema", Json::object({{"known", compared.schema_known}, {"different", std::move(schema)}}));
  json.set("left_out", std::move(left_out)).set("not_restored", std::move(not_restored));
}

void tell(const audit::ReExecuted& done, const audit::Compared& compared) {
  const auto number = [](std::uint64_t n) { return grouped(static_cast<std::int64_t>(n)); };
  line("  units     " + number(done.units) + " done again, " + number(done.migrations) + " of them migrations; " + number(done.changes) + " changes of rows" +
       (done.in_backup > 0 ? "; " + number(done.in_backup) + " were in the backup" : ""));
  line("  rows      " + number(compared.rows) + " of ours" + (compared.missing + compared.different == 0 ? ", each as the journal has it" : "; " + number(compared.missing) + " are missing, " + number(compared.different) + " are others"));
  for (const auto& row : compared.first) line("            " + printable(row));
  line("  schema    " + std::string(!compared.schema_known ? "the journal has no record of it to compare with" : compared.schema.empty() ? "what our migrations touched is as they left it" : "differs from what our migrations left:"));
  for (const auto& object : compared.schema) line("            " + printable(object));
  if (done.erased > 0) line("  erased    " + number(done.erased) + " records: their rows are not in the journal any more");
  for (std::size_t i = 0; i < done.left_out.size() && i < kShown; ++i) {
    const auto& row = done.left_out[i];
    line("  left out  " + printable(row.table) + " " + printable(row.key) + " of profile " + printable(row.subject) + ": " + printable(row.answer));
  }
  if (done.left_out.size() > kShown) line("            and " + number(done.left_out.size() - kShown) + " more (--json lists 1,000)");
  for (const auto& row : done.not_restored) line("  not back  " + printable(row));
}

}  // namespace

int replay_into(Door& door, const AuditReplay& options) {
  const journal::Reader journal(door.journal_path_offline());
  const auto moment = moment_of(door, "--until", options.until);
  audit::Replay replay(journal, door.conversion().name(), moment);
  const auto base = options.backup.empty() ? audit::Base::there : audit::Base::backup;
  const auto connection = scratch_connection(door, options.into);
  ScratchEngine scratch(door, connection, connection.search_path);
  bool elsewhere = false;
  {
    const auto session = scratch.target->connect("replay", false);
    audit::refuse_unless_scratch(*session, journal, base, connection.display);
    const auto system = session->identity().system;
    elsewhere = system.empty() || system != journal.home().system;
  }
  if (base == audit::Base::there &&
      !ask("Do the journal again on " + connection.display + ", on top of what stands there?", door.globals.yes, "doing the journal again on a database that isn't empty")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  if (base == audit::Base::backup) {
    door.console().say(engine::Observer::Level::info, "audit replay: pg_restore of " + options.backup + " into " + connection.display);
    const auto& configured = door.configuration.backup;
    engine::runbook::restore_into(scratch.environment, {options.backup, connection.conninfo, configured.programs, configured.jobs, elsewhere});
  }
  const auto session = scratch.target->connect("replay", false);
  const auto there = base == audit::Base::backup ? audit::take_receipts(*session, journal, replay, connection.display) : std::vector<journal::UnitId>();
  const auto done = audit::re_execute(*session, journal, replay, there, connection.display, [&] { return door.stop().requested(); });
  session->query("ANALYZE");
  const auto compared = audit::compare(*session, journal, replay);
  const bool equal = compared.equal() && done.left_out.empty() && done.erased == 0;
  if (door.globals.json) {
    auto json = Json::object({{"kind", "re_executed"}, {"database", connection.display}, {"time", moment.time ? Json(to_string(*moment.time)) : Json()}, {"event", replay.until()}, {"equal", equal}});
    add(json, done, compared);
    print(json);
  } else {
    line((equal ? "✔ " : "! ") + connection.display + " holds what was there as of " + (moment.time ? to_string(*moment.time) + " (event #" : "event #") + std::to_string(replay.until()) + (moment.time ? ")" : ""));
    tell(done, compared);
  }
  check_printed("doing the journal again");
  return static_cast<int>(equal ? ExitCode::done : ExitCode::conflicts);
}

}  // namespace tidemark::commands
