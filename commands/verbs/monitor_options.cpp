#include "commands/verbs/monitor_options.h"

#include <algorithm>
#include <filesystem>

#include "commands/duration.h"
#include "commands/verbs/door.h"

namespace tidemark::commands {

namespace monitor = engine::runbook::monitor;
using engine::ExitCode;
using engine::Failure;

namespace {

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty() || file.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

std::optional<monitor::RedisPlace> redis_place(Door& door) {
  const auto environment = process_environment();
  const auto secret = environment("TIDEMARK_REDIS_URL");
  const auto url = secret && !secret->empty() ? *secret : door.configuration.monitor.redis;
  if (url.empty()) return std::nullopt;
  try {
    auto place = monitor::parse_redis_url(url);
    door.redactor.add(place.password);
    return place;
  } catch (const std::invalid_argument& error) {
    throw Failure(ExitCode::usage, "reading where Redis is", secret ? "TIDEMARK_REDIS_URL" : "redis in [monitor]", error.what(), "Nothing was done.", "export TIDEMARK_REDIS_URL='redis://:PASSWORD@HOST:6379'");
  }
}

/// What Valine's pages ask for, by the tables of its conversion.
std::vector<monitor::ProbeQuery> standard_probes(const engine::conversion::Tables& tables) {
  const auto quoted = [](const std::string& name) { return "\"" + name + "\""; };
  std::vector<monitor::ProbeQuery> probes{{"source_row", "SELECT * FROM " + quoted(tables.source) + " WHERE " + quoted(tables.key) + " = $1", {tables.source}}};
  for (const auto& [column, from] : tables.match) {
    if (from < 0) {
      probes.push_back({"rows_of_a_subject", "SELECT * FROM " + quoted(tables.target) + " WHERE " + quoted(column) + " = $1", {tables.target}});
    }
  }
  return probes;
}

std::chrono::milliseconds duration_of(const std::string& text, const char* option, std::chrono::milliseconds otherwise) {
  if (text.empty()) return otherwise;
  const auto parsed = parse_duration(text);
  if (!parsed || parsed->count() == 0) throw Failure(ExitCode::usage, "reading the command line", option, "\"" + text + "\" is no time such as 2h, 15m, 30s or 500ms", "Nothing was done.", std::string("tidemark monitor ") + option + " 15m");
  return *parsed;
}

}  // namespace

monitor::WatchOptions watch_options(Door& door, const Monitor& given) {
  const auto& settings = door.configuration.monitor;
  monitor::WatchOptions options;
  options.purpose = given.baseline ? "baseline" : !given.compare.empty() ? "review" : "monitor";
  options.duration = duration_of(given.duration, "--for", given.baseline ? settings.baseline : settings.duration);
  options.interval = duration_of(given.interval, "--interval", settings.interval);
  options.warm_up = std::min(settings.warm_up, options.duration / 10);
  options.criteria = settings.criteria;
  if (given.baseline) {  // it measures; what is too much is said later, by comparison
    auto& c = options.criteria;
    c.error_rate_increase = c.rollback_error_rate = 100;
    c.query_p95_ms = c.rollback_p95_ms = 1e12;
    c.rate_limited_max = c.database_error_max = c.status_5xx_max = c.probe_failures_max = -1;
  }
  for (const auto& path : settings.logs) options.logs.push_back(beside(door.configuration.file, path));
  for (const auto& path : given.logs) options.logs.push_back(path);
  options.commands = settings.commands;
  for (const auto& command : given.commands) options.commands.push_back(command);
  for (const auto& [name, expression] : settings.patterns) options.patterns[name] = expression;
  try {
    monitor::Patterns compiled(options.patterns);
  } catch (const std::invalid_argument& error) {
    throw Failure(ExitCode::usage, "reading the patterns", "[monitor.patterns]", error.what(), "Nothing was done.", "correct the expression in " + door.configuration.file);
  }
  options.redis = redis_place(door);
  options.secrets = door.connection().secrets;
  options.metrics_file = !given.metrics_file.empty() ? given.metrics_file : beside(door.configuration.file, settings.metrics_file);
  options.stop_at_breach = given.stop_at_breach;
  const auto& tables = door.conversion().tables();
  auto& database = options.database;
  database.repeat = settings.probe_repeat;
  database.timeout_ms = settings.probe_timeout_ms;
  database.source = tables.source;
  database.key = tables.key;
  database.tables = settings.tables.empty() ? std::vector{tables.source, tables.target, tables.parent} : settings.tables;
  for (const auto& [name, sql] : settings.probes) database.probes.push_back({name, sql});
  if (settings.probes.empty()) database.probes = standard_probes(tables);
  return options;
}

}  // namespace tidemark::commands
