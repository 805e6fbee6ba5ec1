#include "commands/configuration.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "commands/connection_url.h"
#include "commands/toml_section.h"
#include "engine/errors.h"

namespace tidemark::commands {
namespace {

constexpr const char* kDefaultFile = "tidemark.toml";

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / path).string();
}

void refuse_password(const std::string& file, std::uint32_t line, const std::string& url) {
  if (url.empty()) return;
  Connection connection;
  try {
    connection = parse_connection(url, [](const char*) { return std::nullopt; });
  } catch (const engine::Failure& failure) {
    throw refused(file, line, "database_url: " + failure.answer);
  }
  if (connection.password) {
    throw refused(file, line, "database_url holds a password; secrets come from the environment: put the whole URL into DATABASE_URL, or the password into PGPASSWORD or ~/.pgpass");
  }
}

}  // namespace

Configuration parse_configuration(std::string_view text, const std::string& file, Configuration base) {
  const toml::table root = parse_toml(text, file);
  Configuration out = std::move(base);
  out.file = file;
  Section top(root, "", file);
  top.text("environment", out.environment);
  top.text("database_url", out.database_url);
  refuse_password(file, top.line("database_url"), out.database_url);
  top.text("journal", out.journal);
  top.text("migrations", out.migrations);
  top.text("conversions", out.conversions);
  top.text("conversion", out.conversion);
  top.text("journal_backup", out.journal_backup);
  top.table("convert", [&](Section& convert) {
    convert.number("workers", out.convert.workers, 1, 64);
    convert.number("chunk", out.convert.chunk, 1, 100000);
    convert.number("chunk_least", out.convert.chunk_least, 1, 100000);
    convert.number("chunk_most", out.convert.chunk_most, 1, 100000);
    convert.number("chunk_ms", out.convert.chunk_ms, 0, 600000);
    convert.number("max_source_bytes", out.convert.max_source_bytes, 1, 1 << 30);
    convert.choice("wal_compression", out.convert.wal_compression, {"granted", "lz4", "target"});
    convert.choice("foreign_keys", out.convert.foreign_keys, {"locks", "target"});
    convert.table("known_keys", [&](Section& keys) {
      keys.tables([&](const std::string& name, Section& key) {
        Configuration::KnownKey& known = out.convert.known_keys[name];
        key.text("type", known.type);
        key.text("label", known.label);
        key.require("type", known.type);
        key.require("label", known.label);
      });
    });
  });
  top.table("limits", [&](Section& limits) {
    limits.number("lock_timeout_ms", out.limits.lock_timeout_ms, 1, 3600000);
    limits.number("statement_timeout_ms", out.limits.statement_timeout_ms, 1, 86400000);
    limits.number("idle_timeout_ms", out.limits.idle_timeout_ms, 100, 3600000);
    limits.number("lease_ttl_s", out.limits.lease_ttl_s, 5, 86400);
    limits.number("connection_retry_s", out.limits.connection_retry_s, 0, 86400);
  });
  top.table("api", [&](Section& api) { read_api(api, out.api); });
  top.table("integration", [&](Section& integration) { read_integration(integration, out.integration, file); });
  top.table("smoke", [&](Section& smoke) { read_smoke(smoke, out.smoke); });
  top.table("run", [&](Section& run) { read_run(run, out.run); });
  top.table("contacts", [&](Section& contacts) { read_contacts(contacts, out.contacts); });
  top.table("monitor", [&](Section& monitor) { read_monitor(monitor, out.monitor); });
  top.table("preflight", [&](Section& preflight) { read_preflight(preflight, out.preflight); });
  top.list("tool", [&](Section& tool) { read_tool(tool, out.tools); });
  top.table("backup", [&](Section& backup) { read_backup(backup, out.backup, file); });
  top.table("schema", [&](Section& schema) { read_schema(schema, out.schema); });
  top.list("step", [&](Section& step) { read_step(step, out.steps, file); });
  top.table("hooks", [&](Section& hooks) { read_hooks(hooks, out.hooks, file); });
  top.table("throttle", [&](Section& throttle) { read_throttle(throttle, out.throttle); });
  top.done();
  out.journal = beside(file, out.journal);
  out.migrations = beside(file, out.migrations);
  out.conversions = beside(file, out.conversions);
  out.journal_backup = beside(file, out.journal_backup);
  out.api.ca_file = beside(file, out.api.ca_file);
  out.smoke.file = beside(file, out.smoke.file);
  return out;
}

namespace {

std::string text_of(const std::string& file) {
  std::error_code code;
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || std::filesystem::is_directory(file, code) || !(text << in.rdbuf())) {
    // An empty file makes operator<< fail, too.
    if (in.is_open() && std::filesystem::file_size(file, code) == 0 && !code) return {};
    throw refused(file, 0, errno != 0 ? std::strerror(errno) : "it can't be read as a file");
  }
  return text.str();
}

}  // namespace

Configuration read_configuration(const std::string& named, const std::function<std::string(const Configuration&)>& migrations) {
  const std::string file = named.empty() ? kDefaultFile : named;
  std::error_code code;
  const bool there = !named.empty() || std::filesystem::exists(file, code);
  const std::string text = there ? text_of(file) : "";
  Configuration alone;
  if (there) alone = parse_configuration(text, file);
  const std::string runbook = migrations(alone) + "/runbook.toml";
  if (!std::filesystem::exists(runbook, code)) return alone;
  Configuration base = parse_configuration(text_of(runbook), runbook);
  if (!base.environment.empty() || !base.database_url.empty() || !base.journal.empty() || !base.migrations.empty()) {
    throw refused(runbook, 0, "environment, database_url, journal and migrations belong into tidemark.toml: this file is the procedure for every environment");
  }
  base.file.clear();
  return there ? parse_configuration(text, file, std::move(base)) : base;
}

std::string canonical(const Configuration& c) {
  std::string out;
  const auto line = [&](const std::string& key, const std::string& value) { out += key + " = " + value + "\n"; };
  line("convert.chunk", std::to_string(c.convert.chunk));
  line("convert.wal_compression", c.convert.wal_compression);
  line("convert.foreign_keys", c.convert.foreign_keys);
  for (const auto& [name, key] : c.convert.known_keys) {
    // Lengths before texts: no two configurations can give the same lines.
    line("convert.known_keys", std::to_string(name.size()) + ":" + name + " " + std::to_string(key.type.size()) + ":" + key.type + " " +
                                   std::to_string(key.label.size()) + ":" + key.label);
  }
  line("convert.max_source_bytes", std::to_string(c.convert.max_source_bytes));
  line("convert.workers", std::to_string(c.convert.workers));
  line("environment", c.environment);
  line("journal", c.journal);
  line("limits.connection_retry_s", std::to_string(c.limits.connection_retry_s));
  line("limits.idle_timeout_ms", std::to_string(c.limits.idle_timeout_ms));
  line("limits.lease_ttl_s", std::to_string(c.limits.lease_ttl_s));
  line("limits.lock_timeout_ms", std::to_string(c.limits.lock_timeout_ms));
  line("limits.statement_timeout_ms", std::to_string(c.limits.statement_timeout_ms));
  line("migrations", c.migrations);
  canonical(c.run, out);
  return out;
}

}  // namespace tidemark::commands
