// Options that contradict each other, or that leave open what is meant, are refused with what to type instead.
#include "commands/combinations.h"

#include <catch2/catch.hpp>

using namespace tidemark::commands;

namespace {

template <class Options>
std::string refused(const std::function<void(Options&)>& set) {
  Options options;
  set(options);
  Command command = options;
  return contradiction(command);
}
#define REFUSED(Options, ...) refused<Options>([](Options& o) { __VA_ARGS__; })

}  // namespace

TEST_CASE("no scope is no default") {
  CHECK_THAT(REFUSED(Rollback, (void)o), Catch::StartsWith("say what to roll back, there is no default") && Catch::Contains("--rejected REASON") && Catch::Contains("--to MIGRATION"));
  CHECK_THAT(REFUSED(Redo, (void)o), Catch::StartsWith("say what to bring back, there is no default") && !Catch::Contains("--to MIGRATION"));
  CHECK(REFUSED(Rollback, o.all = true).empty());
  CHECK(REFUSED(Rollback, o.to = "start").empty());
  CHECK_THAT(REFUSED(Rollback, o.to = "start"; o.all = true), Catch::Contains("run the two one after the other"));
  CHECK_THAT(REFUSED(Rollback, o.profiles = {""}), Catch::Contains("--profile wants an id"));
  CHECK_THAT(REFUSED(Rollback, o.users = {"a", ""}), Catch::Contains("--user wants an id"));
  CHECK_THAT(REFUSED(Redo, o.profiles = {"a"}; o.profiles_from = "ids"), Catch::Contains("give all ids with --profile, or all in the file"));
  CHECK(REFUSED(Redo, o.all = true; o.profiles = {"a"}).empty());
}

TEST_CASE("--all beside another scope narrows to that scope") {
  Rollback narrow;
  narrow.all = true;
  narrow.profiles = {"a"};
  Command command = narrow;
  REQUIRE(contradiction(command).empty());
  CHECK_FALSE(std::get<Rollback>(command).all);
  narrow.profiles.clear();
  command = narrow;
  REQUIRE(contradiction(command).empty());
  CHECK(std::get<Rollback>(command).all);
}

TEST_CASE("what doesn't go together is named") {
  CHECK_THAT(REFUSED(Convert, o.profiles = {""}), Catch::Contains("--profile wants an id"));
  CHECK_THAT(REFUSED(Convert, o.profiles = {"a"}; o.plan = "p"), Catch::Contains("a plan is of all profiles"));
  CHECK_THAT(REFUSED(Convert, o.profiles = {"a"}; o.expect_plan = "p"), Catch::Contains("a plan is of all profiles"));
  CHECK_THAT(REFUSED(Convert, o.again = true), Catch::Contains("name the profiles with --profile ID"));
  CHECK(REFUSED(Convert, o.again = true; o.profiles = {"a"}).empty());
  CHECK_THAT(REFUSED(Status, o.watch = true; o.details = true), Catch::Contains("--watch follows a run"));
  CHECK_THAT(REFUSED(Status, o.watch = true; o.exit_code = true), Catch::Contains("--watch follows a run"));
  CHECK(REFUSED(Status, o.watch = true).empty());
  CHECK_THAT(REFUSED(AuditLog, o.follow = true; o.until = "#5"), Catch::Contains("--follow goes on"));
  CHECK_THAT(REFUSED(AuditLog, o.follow = true; o.limit = 5), Catch::Contains("--follow goes on"));
  CHECK_THAT(REFUSED(AuditLog, o.follow = true; o.newest_first = true), Catch::Contains("--follow goes on"));
  CHECK(REFUSED(AuditLog, o.follow = true).empty());
  CHECK_THAT(REFUSED(JournalArchive, (void)o), Catch::Contains("tidemark journal archive DIR"));
  CHECK_THAT(REFUSED(JournalErase, (void)o), Catch::Contains("--profile ID"));
  CHECK_THAT(REFUSED(JournalBackup, (void)o), Catch::Contains("tidemark journal backup FILE"));
  CHECK_THAT(REFUSED(Note, (void)o), Catch::Contains("tidemark note"));
  CHECK_THAT(REFUSED(Runbook, o.only = "verify"; o.restart = "all over"), Catch::Contains("--restart begins at the first phase"));
  CHECK_THAT(REFUSED(AuditShow, (void)o), Catch::Contains("whose life?"));
  CHECK_THAT(REFUSED(AuditReplay, o.into = "postgresql://"; o.profiles = {"a"}), Catch::Contains("--into does the whole journal again"));
  CHECK_THAT(REFUSED(AuditReplay, o.backup = "b.dump"), Catch::Contains("where is the backup to be restored?"));
  CHECK_THAT(REFUSED(AuditReplay, o.profiles = {""}), Catch::Contains("--profile wants an id"));
  CHECK(REFUSED(AuditReplay, o.into = "postgresql://"; o.backup = "b.dump").empty());
  CHECK_THAT(REFUSED(AuditDiff, o.profiles = {""}), Catch::Contains("--profile wants an id"));
  CHECK(REFUSED(AuditDiff, o.profiles = {"a"}).empty());
  CHECK_THAT(REFUSED(Monitor, o.baseline = true; o.compare = "x"), Catch::Contains("leave out --compare"));
  CHECK_THAT(REFUSED(Monitor, o.baseline = true; o.auto_rollback = true), Catch::Contains("--baseline judges nothing"));
  CHECK_THAT(REFUSED(Monitor, o.baseline = true; o.stop_at_breach = true), Catch::Contains("--baseline judges nothing"));
  CHECK(REFUSED(Monitor, o.baseline = true).empty());
  CHECK_THAT(REFUSED(Resolve, o.applied = true; o.rolled_back = true; o.name = "m"), Catch::Contains("contradict each other"));
  CHECK_THAT(REFUSED(Resolve, o.applied = true), Catch::Contains("Name the migration"));
  CHECK_THAT(REFUSED(Resolve, o.rolled_back = true), Catch::Contains("Name the migration"));
  CHECK(REFUSED(Resolve, o.applied = true; o.name = "m").empty());
}
