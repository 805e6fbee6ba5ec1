#include "commands/verbs/scratch.h"

#include "engine/runbook/schema_copy.h"

namespace tidemark::commands {

engine::schema::Scratch scratch_of(Door& door, const std::string& given) {
  const auto& variable = door.configuration.schema.scratch_url_env;
  std::string url = given;
  if (url.empty() && !variable.empty()) {
    url = process_environment()(variable.c_str()).value_or("");
    if (url.empty()) {
      throw engine::Failure(engine::ExitCode::usage, "choosing where scratch databases are made", variable, "[schema] scratch_url_env names this environment variable, and it is not set", "Nothing was written.",
                            "set " + variable + ", or --scratch-url URL");
    }
  }
  const auto& target = door.connection();
  engine::schema::Scratch scratch;
  scratch.conninfo = target.conninfo;
  scratch.search_path = target.search_path;
  if (!url.empty()) {
    const auto connection = parse_connection(url, process_environment());
    for (const auto& secret : connection.secrets) door.redactor.add(secret);
    scratch.conninfo = connection.conninfo;
  }
  engine::runbook::SchemaCopy copy{target.conninfo, door.configuration.backup.programs, !url.empty()};
  scratch.copy_schema = [&door, copy](const std::string& into) { engine::runbook::copy_schema(door.environment(), copy, into); };
  return scratch;
}

engine::schema::Needed needed_of(Door& door) {
  const auto& tables = door.conversion().tables();
  return {tables.source, tables.target, {tables.key, tables.value}};
}

engine::schema::SchemaLimits schema_limits(Door& door) {
  engine::schema::SchemaLimits limits;
  limits.needed = needed_of(door);
  limits.prove_in_place_max = std::uint64_t{door.configuration.schema.prove_in_place_max_mib} << 20;
  limits.prove_timeout_ms = static_cast<int>(door.configuration.schema.prove_timeout_s * 1000);
  limits.pins.lock_timeout_ms = static_cast<int>(door.configuration.schema.lock_timeout_ms);
  limits.lock_tries = static_cast<int>(door.configuration.schema.lock_tries);
  limits.prisma_wait_ms = static_cast<int>(door.configuration.schema.prisma_wait_s * 1000);
  return limits;
}

}  // namespace tidemark::commands
