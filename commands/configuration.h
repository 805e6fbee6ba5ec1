#pragma once
/// tidemark.toml. Everything in it has a default; secrets have no place in it.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/configuration/backup.h"
#include "commands/configuration/integration.h"
#include "commands/configuration/preflight.h"

#include "commands/configuration/run.h"
#include "commands/configuration/monitor.h"
#include "commands/configuration/schema.h"
#include "commands/configuration/smoke.h"
#include "commands/configuration/step.h"
#include "commands/configuration/throttle.h"

namespace tidemark::commands {

struct Configuration {
  std::string file;          ///< where it was read; empty: there is none
  std::string environment;   ///< its name: "production"
  std::string database_url;  ///< without a password
  std::string journal;       ///< a relative path counts from the file's folder
  std::string migrations;    ///< the same
  std::string conversions;   ///< the same: the folder of declared ones; empty: conversions/ beside the migrations
  std::string conversion;    ///< the one that verbs are about; empty: the built-in one
  std::string journal_backup;  ///< a directory, likewise; empty: the copy stands beside the journal

  struct KnownKey {
    std::string type, label;
    bool operator==(const KnownKey&) const = default;
  };
  struct Convert {
    unsigned workers = 2;
    std::uint64_t chunk = 1000;                   ///< subjects in the first transaction
    std::uint64_t chunk_least = 10, chunk_most = 2000;
    int chunk_ms = 300;                           ///< what later ones should take; 0: all are of size `chunk`
    std::uint64_t max_source_bytes = 1 << 20;     ///< a longer source is refused
    std::string wal_compression = "granted";      ///< granted, lz4, target: engine::conversion::WalUse
    std::string foreign_keys = "locks";           ///< who proves them: locks (of the chunk, where the role may leave out the target's look), target
    std::map<std::string, KnownKey> known_keys;   ///< added to the conversion's own
    bool operator==(const Convert&) const = default;
  } convert;

  struct Limits {
    int lock_timeout_ms = 5000;
    int statement_timeout_ms = 60000;
    int idle_timeout_ms = 60000;   ///< a unit whose program says nothing for so long (stopped, or cut off) is ended by the server
    int lease_ttl_s = 60;          ///< another journal's holder is gone when silent for so long
    int connection_retry_s = 120;  ///< how long a lost connection is sought again
    bool operator==(const Limits&) const = default;
  } limits;

  RunSection run;
  Contacts contacts;
  MonitorSettings monitor;
  IntegrationSection integration;
  ApiSection api;
  SmokeSection smoke;
  BackupSection backup;
  PreflightSection preflight;
  SchemaSection schema;
  engine::conversion::ThrottleLimits throttle;
  std::vector<ToolSection> tools;
  std::vector<engine::runbook::StepDefinition> steps;
  Hooks hooks;

  bool operator==(const Configuration&) const = default;
};

/// @param file  for messages, and the folder that relative paths count from
/// @param base  what a key that isn't there means
/// @throws Failure usage with file and line: TOML that doesn't parse, unknown keys (and what was meant), wrong types, impossible
///         values, a database_url with a password
Configuration parse_configuration(std::string_view text, const std::string& file, Configuration base = {});

/// Reads the file named, or if none is named ./tidemark.toml where there is one, above runbook.toml of the migrations where that is.
/// @param migrations  their folder, given what the file says
/// @throws Failure usage as above; a named file that can't be read, too; a runbook.toml that names a place
Configuration read_configuration(const std::string& named, const std::function<std::string(const Configuration&)>& migrations);

/// One `key = value` a line, sorted, effective values with defaults, no database_url: for the digest in run_started.
std::string canonical(const Configuration& configuration);

}  // namespace tidemark::commands
