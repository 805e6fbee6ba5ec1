#pragma once
/// The runbook's prerequisites. Gathering asks and judges nothing; judging is pure. What could not be asked is never ok.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/conversion/wal_use.h"
#include "engine/environment.h"
#include "engine/runbook/backup_file.h"
#include "engine/runbook/http.h"

namespace tidemark::engine::runbook {

/// What was asked and what came back; or why nothing did.
template <class T>
struct Asked {
  std::optional<T> answer;
  std::string error;  ///< why there is none; empty with no answer: it was not asked, there is no check
  bool asked() const { return answer || !error.empty(); }
};

struct Privilege { std::string what; bool held = false; bool needed = true; };  ///< needed: false: only convenient
struct Waiter { int pid = 0; std::string user, state; double seconds = 0; };
struct Standby { std::string name; std::optional<double> lag_s; };
struct Slot { std::string name; bool active = false; std::optional<std::uint64_t> retained_bytes; };
struct Checkpoints { std::uint64_t tables = 0, limit = 0; bool compressed = false; };  ///< bytes of the source and its parents; max_wal_size; whole pages in the WAL are by lz4 or zstd
struct Space { std::uint64_t free = 0, wanted = 0; };
struct Tool { std::string name, command, minimum; };  ///< command: of the shell; its first number with a point or alone is the version
struct ToolAnswer { Tool tool; std::string version; std::string error; };
struct Pending { std::vector<std::string> pending, failed, changed, lost; };
struct Drifted { std::vector<std::string> objects, touched; };  ///< changed by others; touched by a pending migration or the conversion
struct Source { std::uint64_t rows = 0, with_value = 0; std::vector<std::string> samples; };

struct Gathered {
  Asked<Identity> server;
  Asked<bool> tls;
  bool local = false;  ///< over a socket or loopback
  Asked<std::vector<Privilege>> privileges;
  Asked<Space> journal_disk, backup_disk, server_disk;
  Asked<std::vector<Waiter>> long_transactions;
  Asked<std::vector<Waiter>> table_locks;
  Asked<std::vector<Standby>> standbys;
  Asked<std::vector<Slot>> slots;
  Asked<Checkpoints> checkpoints;
  Asked<std::uint64_t> frozen_age;  ///< transactions since the oldest unfrozen one
  Asked<bool> pooler;
  Asked<Pending> migrations;
  Asked<Drifted> drift;
  Asked<std::string> collision;             ///< what a pending migration would run into; empty: nothing
  Asked<std::string> elsewhere;  ///< who else is recorded in the target, or holds it; empty: nobody
  Asked<Source> source;
  Asked<double> backup_age_h;
  bool backup_found = false;
  std::vector<ToolAnswer> tools;
  Asked<int> api_status;
  std::vector<std::pair<std::string, std::string>> logs;  ///< path, why it doesn't open; empty: it does
  Asked<std::string> redis;
};

struct Expected {
  std::optional<std::vector<std::string>> pending;  ///< nullopt: any
  double max_backup_age_h = 24;
  bool require_backup = false;
  double long_transaction_s = 60;
};

enum class Result { ok, warning, failure, unknown };
const char* to_string(Result result);

struct Check {
  std::string name;
  Result result = Result::unknown;
  std::string detail, why, todo;
  bool essential = false;  ///< unknown is as bad as a failure
};

std::vector<Check> judge(const Gathered& gathered, const Expected& expected);
/// 3 with a failure; 8 if something essential is unknown; else 0.
ExitCode verdict(const std::vector<Check>& checks);

/// -1, 0, 1 by their numbers: "15.10 (Debian)" and "15.9". What has no number is below everything.
int compare_versions(const std::string& one, const std::string& other);
/// The first run of digits and points in a text: "v18.19.0" is 18.19.0.
std::string version_in(const std::string& text);

/// The rest is read from tidemark.toml by whoever calls.
struct PreflightRequest {
  std::string journal_path, backup_directory;
  std::string source_table, source_key, source_value, links_table;
  conversion::WalUse wal = conversion::WalUse::granted;
  std::vector<Tool> tools;
  HttpEndpoint api;                  ///< no URL: not asked
  std::string redis_url;             ///< redis://HOST[:PORT]; empty: not asked
  std::vector<std::string> logs;     ///< that monitoring will read
};
/// Reads only; every part for itself, so that one that fails leaves the others. Migrations and backups are the caller's to ask.
Gathered gather(Environment& environment, Target& reading, const PreflightRequest& request);

}  // namespace tidemark::engine::runbook
