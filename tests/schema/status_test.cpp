#include "engine/schema/status.h"

#include <catch2/catch.hpp>

#include "engine/schema/checksum.h"
#include "engine/schema/revert_plan.h"

using namespace tidemark::engine;
using namespace tidemark::engine::schema;

namespace {

using Names = std::vector<std::string>;

MigrationFolder folder(const std::string& name, std::optional<std::string> down = "SELECT -1") {
  return {name, "SELECT 1", 8, checksum("SELECT 1"), std::move(down)};
}
/// "+" applied, "!" failed, "-" rolled back, "~" applied from another file.
History history(const Names& rows) {
  History history{"public", {}};
  for (const auto& row : rows) {
    const char how = row[0];
    history.rows.push_back({"id" + std::to_string(history.rows.size()), row.substr(1), checksum(how == '~' ? "other" : "SELECT 1"), "then", "",
                            how == '+' || how == '~', how == '-'});
  }
  return history;
}
Names plan(const Names& rows, const std::vector<MigrationFolder>& folders, const std::string& to) {
  Names names;
  try {
    for (const auto& step : plan_revert(history(rows), folders, nullptr, to)) names.push_back(step.name);
  } catch (const Failure& failure) {
    return {failure.object + ": " + failure.answer};
  }
  return names;
}

}  // namespace

TEST_CASE("each name is classified by its rows") {
  const auto s = compare(history({"+init", "+a", "-b", "-b", "-c", "+c", "~d", "!e", "!e", "!gone"}),
                         {folder("a"), folder("b"), folder("c"), folder("d"), folder("e"), folder("f")}, nullptr);
  CHECK(s.history);
  CHECK(s.applied == Names{"a", "c", "d"});
  CHECK(s.pending == Names{"b", "e", "f"});
  CHECK(s.rolled_back == Names{"b"});
  CHECK(s.failed == Names{"e", "gone"});
  CHECK(s.unknown == Names{"init"});
  CHECK(s.changed == Names{"d"});
}

TEST_CASE("without a history everything is pending") {
  const auto s = compare(History{}, {folder("a")}, nullptr);
  CHECK(!s.history);
  CHECK(s.pending == Names{"a"});
}

TEST_CASE("what a way back would undo") {
  const std::vector<MigrationFolder> folders = {folder("a"), folder("b"), folder("c")};
  const Names all = {"+init", "+a", "+b", "+c"};
  CHECK(plan(all, folders, "c") == Names{});
  CHECK(plan(all, folders, "b") == Names{"c"});
  CHECK(plan(all, folders, "init") == Names{"c", "b", "a"});
  CHECK(plan(all, folders, "start") == Names{"c", "b", "a"});
  CHECK(plan({"+a", "+b", "+c"}, folders, "start") == Names{"c", "b", "a"});
  CHECK(plan({"+a", "+strange", "+c"}, folders, "start") == Names{"c"});
  CHECK(plan({"+a", "-b", "+c"}, folders, "a") == Names{"c"});
  CHECK(plan({"+b", "+a"}, folders, "b") == Names{"a"});  // in the order in which they were applied
  CHECK(plan({}, folders, "start") == Names{});
}

TEST_CASE("a way back that isn't there is refused by name, before anything runs") {
  const std::vector<MigrationFolder> folders = {folder("a", {}), folder("b")};
  CHECK(plan({"+init", "+a", "+b"}, folders, "init") == Names{"migration a: it has no down.sql, and the journal has no inverse of it"});
  CHECK(plan({"+init", "+a", "+b"}, folders, "start") == Names{"migration a: it has no down.sql, and the journal has no inverse of it"});
  CHECK(plan({"+init", "+strange", "+b"}, folders, "init") == Names{"migration strange: it has no folder, and the journal has no inverse of it"});
  CHECK(plan({"+init"}, folders, "b") == Names{"migration b: it isn't applied, so there is nothing to go back to"});
  CHECK_THAT(plan({"+init", "+b"}, {folder("b", "COMMIT")}, "init").at(0), Catch::StartsWith("b/down.sql (inverse of b): it has transactions of its own"));
  CHECK_THAT(plan({"!a"}, folders, "start").at(0), Catch::StartsWith("public._prisma_migrations: migration a began at then and failed"));
}
