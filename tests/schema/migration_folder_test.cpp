#include "engine/schema/migration_folder.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "engine/errors.h"
#include "engine/schema/checksum.h"
#include "engine/schema/name_order.h"
#include "tests/schema/directory.h"

using namespace tidemark;
using namespace tidemark::engine::schema;
using tests::Directory;

namespace {

std::vector<std::string> names(const Directory& directory) {
  std::vector<std::string> out;
  for (const auto& folder : read_migrations(directory.path())) out.push_back(folder.name);
  return out;
}

std::string refusal(const std::string& directory) {
  try {
    (void)read_migrations(directory);
  } catch (const engine::Failure& failure) {
    CHECK(failure.code == engine::ExitCode::failed);
    return failure.object.substr(std::min(failure.object.size(), directory.size())) + ": " + failure.answer;
  }
  return "";
}

}  // namespace

TEST_CASE("migrations stand in Prisma's order, which is ICU's") {
  Directory d;
  const std::vector<std::string> order = {"_x", "-y", ".hidden", "01", "1", "1_a", "1_ä", "1_a_b", "1_a-b", "1_a.b", "1_ab", "1_B", "Z"};  // Node's localeCompare
  for (const auto& name : order) d.migration(name, "SELECT 1");
  CHECK(names(d) == order);
}

TEST_CASE("names that the collation calls equal stand in the order of their bytes") {
  const auto before = name_order();
  CHECK(before("a\u0308", "\u00E4"));
  CHECK_FALSE(before("\u00E4", "a\u0308"));
  CHECK_FALSE(before("a", "a"));
}

TEST_CASE("a folder has its script, size, checksum, and down.sql if there is one") {
  Directory d;
  d.migration("1_a", "SELECT '\xFF';").migration("2_b", "SELECT 2;", "SELECT -2;").file("readme.md", "no folder");
  const auto folders = read_migrations(d.path());
  REQUIRE(folders.size() == 2);
  CHECK(folders[0].script == "SELECT '\uFFFD';");
  CHECK(folders[0].bytes == 11);
  CHECK(folders[0].checksum == checksum("SELECT '\uFFFD';"));
  CHECK(!folders[0].down);
  CHECK(folders[1].down == "SELECT -2;");
  CHECK(folders[1].matches(checksum("SELECT 2;")));
  CHECK(!folders[1].matches(folders[0].checksum));
}

TEST_CASE("an empty script is a migration") {
  Directory d;
  d.migration("1_a", "");
  CHECK(read_migrations(d.path()).at(0).script.empty());
}

TEST_CASE("a folder without migration.sql is refused by name, hidden or not; a room of code is no migration") {
  const auto name = GENERATE(as<std::string>{}, "2_b", ".git");
  Directory d;
  d.migration("1_a", "SELECT 1").file("social_links/CMakeLists.txt", "").file(name + "/notes.txt", "");
  CHECK(refusal(d.path()) == "/" + name + ": the folder has no migration.sql (Prisma's P3015)");
}

TEST_CASE("migration_lock.toml must name postgresql") {
  Directory d;
  d.migration("1_a", "SELECT 1");
  CHECK(refusal(d.path()) == "");
  const auto [toml, good] = GENERATE(table<std::string, bool>({
      {"# a comment\nprovider = \"postgresql\"\n", true},
      {"provider=\"postgresql\" # here", true},
      {"provider = 'postgresql'", true},
      {"provider = \"mysql\"", false},
      {"# provider = \"postgresql\"", false},
      {"", false},
  }));
  CAPTURE(toml);
  d.file("migration_lock.toml", toml);
  CHECK((refusal(d.path()) == "") == good);
}

TEST_CASE("a symbolic link may not lead out of the directory") {
  Directory outside, d;
  outside.migration("1_x", "SELECT 1", "SELECT 2");
  d.migration("1_a", "SELECT 1");
  SECTION("a folder") { d.link("2_b", outside.path() + "/1_x"); }
  SECTION("a script") { d.link("2_b/migration.sql", outside.path() + "/1_x/migration.sql"); }
  SECTION("a down.sql") { d.migration("2_b", "SELECT 1").link("2_b/down.sql", outside.path() + "/1_x/down.sql"); }
  SECTION("a lock") { d.link("migration_lock.toml", outside.path() + "/1_x/migration.sql"); }
  CHECK_THAT(refusal(d.path()), Catch::Contains("a symbolic link leads out of the directory, to"));
}

TEST_CASE("a symbolic link inside is followed for a file, and no migration for a folder") {
  Directory d;
  d.migration("1_a", "SELECT 1").link("2_b/migration.sql", "../1_a/migration.sql").link("3_c", "1_a");
  CHECK(names(d) == std::vector<std::string>{"1_a", "2_b"});
}

TEST_CASE("what can't be read is said by name") {
  Directory d;
  CHECK_THAT(refusal(d.path() + "/missing"), Catch::Contains("No such file"));
  d.file("1_a/migration.sql/what.txt", "");
  CHECK_THAT(refusal(d.path()), Catch::StartsWith("/1_a/migration.sql: "));
  Directory nul;
  nul.migration("1_a", std::string("SELECT '\0'", 10));
  CHECK_THAT(refusal(nul.path()), Catch::Contains("NUL"));
  Directory dangling;
  dangling.link("1_a/migration.sql", "nowhere.sql");
  CHECK_THAT(refusal(dangling.path()), Catch::StartsWith("/1_a/migration.sql: "));
}

TEST_CASE("a file without permission is said by name") {
  if (geteuid() == 0) return;  // root reads everything
  Directory d;
  d.migration("1_a", "SELECT 1");
  std::filesystem::permissions(d.path() + "/1_a/migration.sql", std::filesystem::perms::none);
  CHECK(refusal(d.path()) == "/1_a/migration.sql: Permission denied");
}
