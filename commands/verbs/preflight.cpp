#include "commands/verbs/preflight.h"

#include <algorithm>

#include "commands/verbs/backups.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "engine/schema/drift.h"
#include "engine/schema/replay.h"
#include "engine/schema/status.h"

namespace tidemark::commands {
namespace {

namespace runbook = engine::runbook;

std::string variable(const char* name) { return process_environment()(name).value_or(""); }

std::vector<runbook::Tool> tools(const Configuration& configuration, const std::optional<engine::Identity>& server) {
  const std::string major = server ? std::to_string(server->version_number / 10000) : "";
  const std::string folder = configuration.backup.programs.empty() ? "" : configuration.backup.programs + "/";
  std::vector<runbook::Tool> list{{"pg_dump", folder + "pg_dump --version", major}, {"pg_restore", folder + "pg_restore --version", major}};
  for (const auto& tool : configuration.tools) list.push_back({tool.name, tool.command, tool.minimum == "server" ? major : tool.minimum});
  return list;
}

/// Would the pending migrations run? On a copy of the schema, which is a database of its own.
void predict(Door& door, engine::Session& session, const std::vector<engine::schema::MigrationFolder>& folders, const std::vector<std::string>& pending, runbook::Gathered& gathered) {
  gathered.collision.answer = "";
  std::vector<engine::schema::MigrationFolder> list;
  for (const auto& folder : folders) {
    if (std::find(pending.begin(), pending.end(), folder.name) != pending.end()) list.push_back(folder);
  }
  if (list.empty()) return;
  try {
    const auto copy = scratch_of(door, "").copy(door.environment(), session);
    const auto replayed = engine::schema::replay(*copy, list);
    if (!replayed.failed.empty()) gathered.collision.answer = "migration " + replayed.failed + " fails on a copy of the schema: " + replayed.answer;
  } catch (const std::exception& error) {
    gathered.collision = {std::nullopt, error.what()};
  }
}

/// What other rooms know: migrations and backups.
void ask_the_others(Door& door, const engine::Identity& server, runbook::Gathered& gathered) {
  std::unique_ptr<journal::Reader> journal;
  try {
    journal = door.journal(server, true);
  } catch (const std::exception& error) {
    gathered.elsewhere = {std::nullopt, error.what()};
  }
  try {
    const auto session = door.reading().connect("preflight", true);
    const auto folders = door.migrations();
    const auto history = engine::schema::read_history(*session);
    const auto status = engine::schema::compare(history, folders, journal.get());
    gathered.migrations.answer = runbook::Pending{status.pending, status.failed, status.changed, status.lost};
    predict(door, *session, folders, status.pending, gathered);
    gathered.drift.answer = runbook::Drifted{};
    if (journal) {
      const auto drift = engine::schema::find_drift(*session, *journal, history, folders, needed_of(door));
      gathered.drift.answer = runbook::Drifted{drift.objects, drift.touched};
    }
  } catch (const std::exception& error) {
    gathered.migrations.error = gathered.drift.error = error.what();
  }
  try {
    const auto found = youngest_proven(door, server, journal.get(), true);
    gathered.backup_found = found.has_value();
    gathered.backup_age_h.answer = found ? static_cast<double>(engine::Clock::system().utc().value - found->taken_at.value) / 3.6e9 : 0;
  } catch (const std::exception& error) {
    gathered.backup_age_h.error = error.what();
  }
}

}  // namespace

Prerequisites look_at_prerequisites(Door& door, bool backup_follows) {
  const auto& configured = door.configuration;
  const auto& source = door.conversion().tables();
  auto& environment = door.environment();
  std::optional<engine::Identity> server;
  std::string no_server;
  try {
    server = door.reading().connect("preflight", true)->identity();
  } catch (const engine::TargetError& error) {
    no_server = error.what();
  }
  runbook::PreflightRequest request;
  if (server) {
    request.journal_path = door.journal_path(*server);
    request.backup_directory = backup_directory(door, *server);
  } else {
    request.journal_path = request.backup_directory = ".";
  }
  request.source_table = source.source;
  request.source_key = source.key;
  request.source_value = source.value;
  request.links_table = source.target;
  request.wal = engine::conversion::wal_use(configured.convert.wal_compression);
  request.tools = tools(configured, server);
  request.api = {configured.preflight.api_url, configured.api.ca_file, ""};
  for (const auto& url : {variable("API_URL"), configured.api.url}) {
    if (request.api.url.empty()) request.api.url = url;
  }
  if (runbook::wrong_url(request.api.url).empty()) request.api.proxy = runbook::proxy_for(request.api.url, process_environment());
  request.redis_url = configured.preflight.redis_url.empty() ? variable("REDIS_URL") : configured.preflight.redis_url;
  auto gathered = runbook::gather(environment, door.reading(), request);
  if (server) {
    ask_the_others(door, *server, gathered);
  } else {
    gathered.migrations.error = gathered.drift.error = gathered.collision.error = gathered.backup_age_h.error = "no connection: " + no_server;
  }
  runbook::Expected expected;
  expected.pending = configured.preflight.expect_pending;
  expected.max_backup_age_h = configured.backup.max_age_h;
  expected.require_backup = configured.backup.require_backup && !backup_follows;
  expected.long_transaction_s = configured.preflight.long_transaction_s;
  Prerequisites found{runbook::judge(gathered, expected), {}};
  if (gathered.source.answer) found.samples = gathered.source.answer->samples;
  return found;
}

void tell(Door& door, const Prerequisites& found) {
  const auto& checks = found.checks;
  const auto& configured = door.configuration;
  const auto code = runbook::verdict(checks);
  if (door.globals.json) {
    Json list = Json::array();
    for (const auto& check : checks) {
      list.push(Json::object({{"name", check.name}, {"result", runbook::to_string(check.result)}, {"detail", check.detail}, {"why", check.why}, {"do", check.todo}}));
    }
    print(Json::object({{"ok", code == engine::ExitCode::done}, {"environment", configured.environment}, {"checks", std::move(list)}}));
    return;
  }
  if (!configured.environment.empty()) line("environment " + printable(configured.environment) + ", " + printable(door.connection().display));
  std::size_t width = 0;
  for (const auto& check : checks) width = std::max(width, check.name.size());
  for (const auto& check : checks) {
    std::string result = runbook::to_string(check.result);
    result.resize(9, ' ');
    line(result + printable(check.name) + std::string(width - std::min(width, check.name.size()) + 2, ' ') + printable(door.redactor(check.detail)));
    if (check.result != runbook::Result::ok) line(std::string(11 + width, ' ') + "why: " + check.why + "; do: " + printable(check.todo));
  }
  for (const auto& sample : found.samples) line("sample   " + printable(sample));
  const auto count = [&](runbook::Result result) { return std::to_string(std::ranges::count(checks, result, &runbook::Check::result)); };
  line(count(runbook::Result::ok) + " ok, " + count(runbook::Result::warning) + " warnings, " + count(runbook::Result::failure) + " failures, " + count(runbook::Result::unknown) + " unknown");
}

int run(Door& door, const Preflight&) {
  const auto found = look_at_prerequisites(door);
  tell(door, found);
  return static_cast<int>(runbook::verdict(found.checks));
}

}  // namespace tidemark::commands
