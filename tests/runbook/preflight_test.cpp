// Each check has a gathering in which it does not hold and one in which it can't know; a good gathering is ok throughout.
#include "engine/runbook/preflight.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

using namespace tidemark::engine;
using namespace tidemark::engine::runbook;

namespace {

Gathered good() {
  Gathered g;
  Identity server;
  server.system = "7300000000000000001";
  server.database = "valine";
  server.server_version = "15.14";
  server.user = "valine";
  server.version_number = 150014;
  g.server.answer = server;
  g.tls.answer = true;
  g.privileges.answer = std::vector<Privilege>{{"SELECT on profiles", true, true}, {"CREATEDB", true, false}};
  g.journal_disk.answer = g.backup_disk.answer = g.server_disk.answer = Space{1000, 100};
  g.long_transactions.answer = g.table_locks.answer = std::vector<Waiter>{};
  g.standbys.answer = std::vector<Standby>{{"replica", 0.5}};
  g.slots.answer = std::vector<Slot>{{"slot", true, 10}};
  g.checkpoints.answer = Checkpoints{300, 1000, false};
  g.frozen_age.answer = 100;
  g.pooler.answer = false;
  g.migrations.answer = Pending{{"a", "b"}, {}, {}, {}};
  g.drift.answer = Drifted{};
  g.collision.answer = "";
  g.elsewhere.answer = "";
  g.source.answer = Source{10, 9, {"1 {}"}};
  g.backup_age_h.answer = 2;
  g.backup_found = true;
  g.tools = {{{"node", "node --version", "18"}, "18.19.0", ""}};
  g.api_status.answer = 200;
  g.logs = {{"/var/log/valine.log", ""}};
  g.redis.answer = "PONG";
  return g;
}

Check one(const Gathered& gathered, const Expected& expected, const std::string& name) {
  const auto checks = judge(gathered, expected);
  const auto found = std::ranges::find(checks, name, &Check::name);
  INFO(name);
  REQUIRE(found != checks.end());
  CHECK_FALSE(found->why.empty());
  CHECK(found->todo.empty() == (found->result == Result::ok));
  return *found;
}

struct Case {
  const char* check;
  Result result;
  std::function<void(Gathered&, Expected&)> change;
};
template <class T>
std::function<void(Gathered&, Expected&)> nothing(Asked<T> Gathered::*what) {
  return [what](Gathered& g, Expected&) { g.*what = {std::nullopt, "it can't be asked"}; };
}
constexpr auto F = Result::failure, W = Result::warning, U = Result::unknown, O = Result::ok;

const std::vector<Case> kCases = {
    {"connection", U, nothing(&Gathered::server)},
    {"connection", F, [](Gathered& g, Expected&) { g.server.answer->version_number = 120022; }},
    {"connection", W, [](Gathered& g, Expected&) { g.server.answer->version_number = 180000; }},
    {"primary", U, nothing(&Gathered::server)},
    {"primary", F, [](Gathered& g, Expected&) { g.server.answer->standby = true; }},
    {"tls", U, nothing(&Gathered::tls)},
    {"tls", W, [](Gathered& g, Expected&) { g.tls.answer = false; }},
    {"tls", O, [](Gathered& g, Expected&) { g.tls.answer = false, g.local = true; }},
    {"privileges", U, nothing(&Gathered::privileges)},
    {"privileges", F, [](Gathered& g, Expected&) { g.privileges.answer->at(0).held = false; }},
    {"privileges", W, [](Gathered& g, Expected&) { g.privileges.answer->at(1).held = false; }},
    {"disk_journal", U, nothing(&Gathered::journal_disk)},
    {"disk_journal", F, [](Gathered& g, Expected&) { g.journal_disk.answer->free = 99; }},
    {"disk_journal", W, [](Gathered& g, Expected&) { g.journal_disk.answer->free = 199; }},
    {"disk_backup", U, nothing(&Gathered::backup_disk)},
    {"disk_backup", F, [](Gathered& g, Expected&) { g.backup_disk.answer->free = 1; }},
    {"disk_server", U, nothing(&Gathered::server_disk)},
    {"disk_server", F, [](Gathered& g, Expected&) { g.server_disk.answer->free = 1; }},
    {"long_transactions", U, nothing(&Gathered::long_transactions)},
    {"long_transactions", W, [](Gathered& g, Expected&) { g.long_transactions.answer->push_back({7, "ada", "idle in transaction", 61}); }},
    {"long_transactions", O, [](Gathered& g, Expected&) { g.long_transactions.answer->push_back({7, "ada", "active", 59}); }},
    {"locks", U, nothing(&Gathered::table_locks)},
    {"locks", W, [](Gathered& g, Expected&) { g.table_locks.answer->push_back({7, "ada", "AccessExclusiveLock", 0}); }},
    {"replication", U, nothing(&Gathered::standbys)},
    {"replication", U, [](Gathered& g, Expected&) { g.standbys.answer->at(0).lag_s = std::nullopt; }},
    {"replication", W, [](Gathered& g, Expected&) { g.standbys.answer->at(0).lag_s = 11; }},
    {"replication", W, [](Gathered& g, Expected&) { g.standbys.answer = {{"a", 11.0}, {"b", std::nullopt}}; }},  // what is known goes before what isn't
    {"slots", U, nothing(&Gathered::slots)},
    {"slots", W, [](Gathered& g, Expected&) { g.slots.answer->at(0).active = false; }},
    {"checkpoints", U, nothing(&Gathered::checkpoints)},
    {"checkpoints", W, [](Gathered& g, Expected&) { g.checkpoints.answer->tables = 334; }},
    {"checkpoints", O, [](Gathered& g, Expected&) { g.checkpoints.answer = {5000, 1000, true}; }},
    {"wraparound", U, nothing(&Gathered::frozen_age)},
    {"wraparound", W, [](Gathered& g, Expected&) { g.frozen_age.answer = 1'500'000'000; }},
    {"wraparound", F, [](Gathered& g, Expected&) { g.frozen_age.answer = 2'100'000'000; }},
    {"pooler", U, nothing(&Gathered::pooler)},
    {"pooler", W, [](Gathered& g, Expected&) { g.pooler.answer = true; }},
    {"migrations", U, nothing(&Gathered::migrations)},
    {"migrations", F, [](Gathered& g, Expected&) { g.migrations.answer->failed = {"c"}; }},
    {"migrations", F, [](Gathered&, Expected& e) { e.pending = {"a"}; }},
    {"migrations", F, [](Gathered&, Expected& e) { e.pending.emplace(); }},
    {"migrations", F, [](Gathered& g, Expected&) { g.migrations.answer->lost = {"c"}; }},
    {"migrations", W, [](Gathered& g, Expected&) { g.migrations.answer->changed = {"c"}; }},
    {"migrations", O, [](Gathered&, Expected& e) { e.pending = {"a", "b"}; }},
    {"drift", U, nothing(&Gathered::drift)},
    {"drift", W, [](Gathered& g, Expected&) { g.drift.answer->objects = {"index posts_title"}; }},
    {"drift", F, [](Gathered& g, Expected&) { g.drift.answer->objects = g.drift.answer->touched = {"table profiles"}; }},
    {"collisions", U, nothing(&Gathered::collision)},
    {"collisions", F, [](Gathered& g, Expected&) { g.collision.answer = "column posts.price exists already"; }},
    {"recorded_elsewhere", U, nothing(&Gathered::elsewhere)},
    {"recorded_elsewhere", F, [](Gathered& g, Expected&) { g.elsewhere.answer = "the target names another journal"; }},
    {"backup", U, nothing(&Gathered::backup_age_h)},
    {"backup", W, [](Gathered& g, Expected&) { g.backup_found = false, g.backup_age_h.answer = 0; }},
    {"backup", W, [](Gathered& g, Expected&) { g.backup_age_h.answer = 25; }},
    {"backup", F, [](Gathered& g, Expected& e) { g.backup_age_h.answer = 25, e.require_backup = true; }},
    {"source", U, nothing(&Gathered::source)},
    {"source", W, [](Gathered& g, Expected&) { g.source.answer->rows = 0; }},
    {"tool node", U, [](Gathered& g, Expected&) { g.tools[0].version = ""; }},
    {"tool node", U, [](Gathered& g, Expected&) { g.tools[0].error = "exit code 1"; }},
    {"tool node", F, [](Gathered& g, Expected&) { g.tools[0].error = "exit code 127: sh: 1: node: not found"; }},
    {"tool node", F, [](Gathered& g, Expected&) { g.tools[0].error = "node: No such file or directory"; }},
    {"tool node", F, [](Gathered& g, Expected&) { g.tools[0].version = "16.20.2"; }},
    {"api", U, nothing(&Gathered::api_status)},
    {"api", F, [](Gathered& g, Expected&) { g.api_status.answer = 502; }},
    {"api", F, [](Gathered& g, Expected&) { g.api_status.answer = 0; }},
    {"log /var/log/valine.log", F, [](Gathered& g, Expected&) { g.logs[0].second = "it may not be read"; }},
    {"redis", U, nothing(&Gathered::redis)},
    {"redis", U, [](Gathered& g, Expected&) { g.redis.answer = "NOAUTH Authentication required."; }},
    {"redis", F, [](Gathered& g, Expected&) { g.redis.answer = "LOADING"; }},
};

}  // namespace

TEST_CASE("What is good is ok throughout, and what was not asked is no check") {
  for (const auto& check : judge(good(), {})) CHECK((check.name + ": " + to_string(check.result)) == check.name + ": ok");
  CHECK(verdict(judge(good(), {})) == ExitCode::done);
  CHECK(judge({}, {}).empty());
}

TEST_CASE("Each check fails when it must, and says unknown when it can't know") {
  for (const auto& entry : kCases) {
    auto gathered = good();
    Expected expected;
    entry.change(gathered, expected);
    CAPTURE(entry.check, &entry - kCases.data());
    CHECK(to_string(one(gathered, expected, entry.check).result) == std::string(to_string(entry.result)));
  }
  // None has been forgotten.
  for (const auto& check : judge(good(), {})) {
    CAPTURE(check.name);
    const auto tried = [&](auto... results) { return std::ranges::any_of(kCases, [&](const Case& c) { return check.name == c.check && ((c.result == results) || ...); }); };
    CHECK(tried(F, W));
    CHECK((tried(U) || check.name.starts_with("log ")));
  }
}

TEST_CASE("A check tells all of what it found") {
  const auto detail = [](const char* name, const std::function<void(Gathered&, Expected&)>& change) {
    auto gathered = good();
    Expected expected;
    change(gathered, expected);
    return one(gathered, expected, name).detail;
  };
  using What = std::vector<std::string>;
  CHECK(detail("connection", [](Gathered& g, Expected&) { g.server.answer->version_number = 180000, g.server.answer->server_version = "18.0"; }) == "PostgreSQL 18.0; 17 is the newest supported");
  CHECK(detail("locks", [](Gathered& g, Expected&) { g.table_locks.answer = {{7, "ada", "ShareLock", 3.5}, {8, "bob", "RowShareLock", 1}}; }) ==
        "pid 7 of ada (ShareLock) since 3 s; pid 8 of bob (RowShareLock) since 1 s");
  CHECK(detail("replication", [](Gathered& g, Expected&) { g.standbys.answer = {{"a", 11.0}, {"b", std::nullopt}, {"c", 0.0}}; }) ==
        "a 11 s behind; b: its lag can't be read by this role; c 0 s behind");
  CHECK(detail("replication", [](Gathered& g, Expected&) { g.standbys.answer->clear(); }) == "no standby");
  CHECK(detail("slots", [](Gathered& g, Expected&) { g.slots.answer = {{"a", false, 5'000'000}, {"b", true, 1}, {"c", false, std::nullopt}}; }) == "unused: a keeps 5 MB, c");
  CHECK(detail("migrations", [](Gathered& g, Expected& e) { g.migrations.answer->pending.clear(), e.pending = What{"a"}; }) == "pending: none; expected: a");
  CHECK(detail("migrations", [](Gathered&, Expected& e) { e.pending = What{}; }) == "pending: a, b; expected: none");
  CHECK(detail("source", [](Gathered& g, Expected&) { g.source.answer = Source{0, 0, {}}; }) == "0 profiles, 0 with socialLinks");
  CHECK(detail("tool node", [](Gathered& g, Expected&) { g.tools[0].error = "node: No such file or directory"; }) == "node: No such file or directory");
}

TEST_CASE("The exit code: a failure goes before what is unknown, and only the essential unknown counts") {
  auto gathered = good();
  gathered.tls = {std::nullopt, "?"};
  CHECK(verdict(judge(gathered, {})) == ExitCode::done);
  gathered.privileges = {std::nullopt, "?"};
  CHECK(verdict(judge(gathered, {})) == ExitCode::inconclusive);
  gathered.server.answer->standby = true;
  CHECK(verdict(judge(gathered, {})) == ExitCode::check);
}

TEST_CASE("Versions are compared by their numbers") {
  CHECK(version_in("v18.19.0\n") == "18.19.0");
  CHECK(version_in("pg_dump (PostgreSQL) 15.14 (Debian 15.14-1)") == "15.14");
  CHECK(version_in("none").empty());
  CHECK(version_in("Prisma 7.") == "7");
  CHECK(compare_versions("15.10", "15.9") == 1);
  CHECK(compare_versions("9.6", "15") == -1);
  CHECK(compare_versions("18", "18.0.0") == 0);
  CHECK(compare_versions("", "1") == -1);
}
