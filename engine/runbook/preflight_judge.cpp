#include <algorithm>
#include <cctype>

#include "engine/runbook/preflight.h"

namespace tidemark::engine::runbook {
namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ", ") + one;
  return text;
}
std::string mb(std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }
std::string whole(double value) { return std::to_string(static_cast<std::int64_t>(value)); }

class Judge {
 public:
  explicit Judge(std::vector<Check>& checks) : checks_(checks) {}
  /// @param decide  answers result and detail
  template <class T, class Decide>
  void check(const char* name, const Asked<T>& asked, bool essential, const char* why, const char* todo, Decide decide) {
    if (!asked.asked()) return;
    Check check{name, Result::unknown, asked.error, why, "", essential};
    if (asked.answer) std::tie(check.result, check.detail) = decide(*asked.answer);
    if (check.result != Result::ok) check.todo = todo;
    checks_.push_back(std::move(check));
  }

 private:
  std::vector<Check>& checks_;
};
using Said = std::pair<Result, std::string>;

Said space(const Space& disk) {
  return {disk.free < disk.wanted ? Result::failure : disk.free < 2 * disk.wanted ? Result::warning : Result::ok, mb(disk.free) + " free, about " + mb(disk.wanted) + " will be needed"};
}

Said waiters(const std::vector<Waiter>& list, double limit_s, bool any) {
  Said said{Result::ok, any ? "nobody" : "none"};
  for (const auto& one : list) {
    if (one.seconds < limit_s) continue;
    said.second = (said.first == Result::ok ? "" : said.second + "; ") + "pid " + std::to_string(one.pid) + " of " + one.user + " (" + one.state + ") since " + whole(one.seconds) + " s";
    said.first = Result::warning;
  }
  return said;
}

}  // namespace

const char* to_string(Result result) {
  switch (result) {
    case Result::ok: return "ok";
    case Result::warning: return "warning";
    case Result::failure: return "failure";
    case Result::unknown: return "unknown";
  }
  return "?";
}

std::string version_in(const std::string& text) {
  const auto from = std::find_if(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
  const auto to = std::find_if(from, text.end(), [](unsigned char c) { return !std::isdigit(c) && c != '.'; });
  std::string version(from, to);
  while (!version.empty() && version.back() == '.') version.pop_back();
  return version;
}

int compare_versions(const std::string& one, const std::string& other) {
  const auto numbers = [](const std::string& text) {
    std::vector<unsigned long> list;
    const auto version = version_in(text);
    for (std::size_t at = 0; at < version.size(); at = std::min(version.find('.', at), version.size() - 1) + 1) list.push_back(std::strtoul(version.c_str() + at, nullptr, 10));
    while (!list.empty() && list.back() == 0) list.pop_back();
    return list;
  };
  const auto a = numbers(one), b = numbers(other);
  return a < b ? -1 : b < a ? 1 : 0;
}

std::vector<Check> judge(const Gathered& g, const Expected& expected) {
  std::vector<Check> checks;
  Judge judge(checks);
  judge.check("connection", g.server, true, "every step needs the target", "check DATABASE_URL, host, port, firewall and pg_hba.conf", [](const Identity& s) {
    if (s.version_number < 130000) return Said{Result::failure, "PostgreSQL " + s.server_version + "; 13 is the oldest supported"};
    if (s.version_number >= 180000) return Said{Result::warning, "PostgreSQL " + s.server_version + "; 17 is the newest supported"};
    return Said{Result::ok, "PostgreSQL " + s.server_version + ", database " + s.database + " as " + s.user};
  });
  judge.check("primary", g.server, true, "a standby takes no writes", "name the primary in DATABASE_URL", [](const Identity& s) {
    return s.standby ? Said{Result::failure, "this server is a standby"} : Said{Result::ok, "not in recovery"};
  });
  judge.check("tls", g.tls, false, "profiles' data and the password cross the network", "sslmode=verify-full with sslrootcert in DATABASE_URL", [&](bool tls) {
    return tls ? Said{Result::ok, "encrypted"} : g.local ? Said{Result::ok, "not encrypted, but on this machine"} : Said{Result::warning, "not encrypted"};
  });
  judge.check("privileges", g.privileges, true, "a later step would stop half-way", "a DBA runs what tidemark ddl --grants prints, and makes this role the tables' owner for deploy", [](const auto& list) {
    std::vector<std::string> missing, wished;
    for (const auto& p : list) {
      if (!p.held) (p.needed ? missing : wished).push_back(p.what);
    }
    if (!missing.empty()) return Said{Result::failure, "missing: " + joined(missing)};
    if (!wished.empty()) return Said{Result::warning, "missing, but not needed by every step: " + joined(wished)};
    return Said{Result::ok, std::to_string(list.size()) + " asked for, all there"};
  });
  judge.check("disk_journal", g.journal_disk, true, "a full disk stops the run (it resumes)", "make room, or --journal FILE on a larger disk", space);
  judge.check("disk_backup", g.backup_disk, false, "a backup that doesn't fit is none", "make room, or [backup] directory on a larger disk", space);
  judge.check("disk_server", g.server_disk, false, "a full data disk stops the server", "ask the DBA for the free space of the data directory", space);
  judge.check("long_transactions", g.long_transactions, false, "they hold back vacuum, and may hold rows and tables that a migration waits for", "ask their owners to end them, or pg_terminate_backend(PID)",
              [&](const auto& list) { return waiters(list, expected.long_transaction_s, false); });
  judge.check("locks", g.table_locks, false, "a migration waits for them, and everyone else behind it", "wait for them, or pg_terminate_backend(PID)", [](const auto& list) { return waiters(list, 0, true); });
  judge.check("replication", g.standbys, false, "readers on a standby see old data while it lags; a synchronous one slows every commit", "let it catch up before the migration", [](const auto& list) {
    if (list.empty()) return Said{Result::ok, "no standby"};
    Said said{Result::ok, ""};
    for (const auto& s : list) {
      said.second += (said.second.empty() ? "" : "; ") + s.name + (s.lag_s ? " " + whole(*s.lag_s) + " s behind" : ": its lag can't be read by this role");
      if (!s.lag_s && said.first == Result::ok) said.first = Result::unknown;
      if (s.lag_s && *s.lag_s > 10) said.first = Result::warning;
    }
    return said;
  });
  judge.check("slots", g.slots, false, "an unused slot keeps all write-ahead log until the server's disk is full", "pg_drop_replication_slot(NAME), if nobody will come back for it", [](const auto& list) {
    Said said{Result::ok, std::to_string(list.size()) + " in use"};
    for (const auto& s : list) {
      if (s.active) continue;
      said.second = (said.first == Result::ok ? "unused: " : said.second + ", ") + s.name + (s.retained_bytes ? " keeps " + mb(*s.retained_bytes) : "");
      said.first = Result::warning;
    }
    return said;
  });
  // No time was lost where the tables were a fifth of the limit, a fifth of it where they were half.
  judge.check("checkpoints", g.checkpoints, false, "behind a checkpoint each page that is touched goes into the WAL whole; so many of them ask for the next checkpoint at once",
              "for the night a larger max_wal_size (8GB did for a million profiles), or GRANT SET ON PARAMETER wal_compression: see tidemark ddl --grants", [](const Checkpoints& c) {
    const auto sizes = "profiles and users are " + mb(c.tables) + ", max_wal_size is " + mb(c.limit);
    if (c.compressed) return Said{Result::ok, sizes + ", such pages are compressed"};
    return Said{c.tables > c.limit / 3 ? Result::warning : Result::ok, sizes};
  });
  judge.check("wraparound", g.frozen_age, false, "at 2,147 million the server takes no writes until it is vacuumed", "VACUUM (FREEZE) the oldest tables first", [](std::uint64_t age) {
    return Said{age > 2'000'000'000 ? Result::failure : age > 1'000'000'000 ? Result::warning : Result::ok, std::to_string(age / 1'000'000) + " of 2,147 million transactions old"};
  });
  judge.check("pooler", g.pooler, false, "in transaction mode Prisma's lock and an exported snapshot mean nothing", "name the server itself in DATABASE_URL for the evening", [](bool pooler) {
    return pooler ? Said{Result::warning, "a pooler answers for the server"} : Said{Result::ok, "no pooler"};
  });
  judge.check("migrations", g.migrations, true, "what will be applied is what was reviewed", "tidemark status; tidemark resolve settles failed ones", [&](const Pending& m) {
    if (!m.failed.empty()) return Said{Result::failure, "failed: " + joined(m.failed)};
    if (!m.lost.empty()) return Said{Result::failure, "applied by the journal, but not by the history: " + joined(m.lost)};
    if (expected.pending && *expected.pending != m.pending) return Said{Result::failure, "pending: " + (m.pending.empty() ? "none" : joined(m.pending)) + "; expected: " + (expected.pending->empty() ? "none" : joined(*expected.pending))};
    if (!m.changed.empty()) return Said{Result::warning, "applied, but the file is another one now: " + joined(m.changed)};
    return Said{Result::ok, std::to_string(m.pending.size()) + " pending" + (expected.pending ? ", as expected" : "")};
  });
  judge.check("drift", g.drift, false, "what others changed in the schema may be what a migration makes or the conversion reads", "take it back; tidemark resolve NAME if it is a migration's own effect; else tidemark deploy --accept-drift", [](const Drifted& d) {
    if (!d.touched.empty()) return Said{Result::failure, "changed by others, and touched by a pending migration or the conversion: " + joined(d.touched)};
    if (!d.objects.empty()) return Said{Result::warning, "changed by others: " + joined(d.objects)};
    return Said{Result::ok, "as last recorded"};
  });
  judge.check("collisions", g.collision, false, "a migration that fails halfway through the evening costs the window", "tidemark resolve NAME looks whether its effect is there already; else correct its script", [](const std::string& what) {
    return what.empty() ? Said{Result::ok, "the pending migrations run on a copy of the schema"} : Said{Result::failure, what};
  });
  judge.check("recorded_elsewhere", g.elsewhere, true, "two journals of one target can't both undo", "use that journal with --journal FILE on that host", [](const std::string& who) {
    return who.empty() ? Said{Result::ok, "by nobody else"} : Said{Result::failure, who};
  });
  judge.check("backup", g.backup_age_h, false, "without one, Option B of the rollback isn't there", "tidemark backup", [&](double age) {
    const auto bad = expected.require_backup ? Result::failure : Result::warning;
    if (!g.backup_found) return Said{bad, "there is no proven one"};
    return Said{age <= expected.max_backup_age_h ? Result::ok : bad, "proven, " + whole(age) + " h old, " + whole(expected.max_backup_age_h) + " allowed"};
  });
  judge.check("source", g.source, true, "what is to be converted", "is this the right database?", [](const Source& s) {
    return Said{s.rows == 0 ? Result::warning : Result::ok, std::to_string(s.rows) + " profiles, " + std::to_string(s.with_value) + " with socialLinks" + (s.samples.empty() ? "" : ": " + s.samples.front())};
  });
  for (const auto& t : g.tools) {
    Check check{"tool " + t.tool.name, Result::unknown, t.error, "a step of the runbook calls it", "", false};
    if (t.error.empty()) {
      const bool enough = t.tool.minimum.empty() || compare_versions(t.version, t.tool.minimum) >= 0;
      check.result = t.version.empty() ? Result::unknown : enough ? Result::ok : Result::failure;
      check.detail = t.version.empty() ? "it says no version" : t.version + (t.tool.minimum.empty() ? "" : enough ? ", " + t.tool.minimum + " wanted" : " is older than " + t.tool.minimum);
    } else if (t.error.find("No such file") != std::string::npos || t.error.find("exit code 127") != std::string::npos) {
      check.result = Result::failure;
    }
    if (check.result != Result::ok) check.todo = "install it: " + t.tool.command;
    checks.push_back(std::move(check));
  }
  judge.check("api", g.api_status, false, "smoke tests and monitoring ask it", "start the application, or correct API_URL", [](int status) {
    return Said{status == 0 ? Result::failure : status >= 500 ? Result::failure : Result::ok, status == 0 ? "no answer" : "HTTP " + std::to_string(status)};
  });
  for (const auto& [path, error] : g.logs) {
    checks.push_back({"log " + path, error.empty() ? Result::ok : Result::failure, error.empty() ? "opens" : error, "monitoring reads it", error.empty() ? "" : "correct the path, or let this user read it", false});
  }
  judge.check("redis", g.redis, false, "rate limits live there", "check host, port and password of REDIS_URL", [](const std::string& answer) {
    if (answer == "PONG") return Said{Result::ok, "PONG"};
    return Said{answer.starts_with("NOAUTH") ? Result::unknown : Result::failure, answer};
  });
  return checks;
}

ExitCode verdict(const std::vector<Check>& checks) {
  if (std::ranges::any_of(checks, [](const auto& c) { return c.result == Result::failure; })) return ExitCode::check;
  if (std::ranges::any_of(checks, [](const auto& c) { return c.result == Result::unknown && c.essential; })) return ExitCode::inconclusive;
  return ExitCode::done;
}

}  // namespace tidemark::engine::runbook
